// Zoneout of c and h, with projection_clip: new state = z old + (1 - z) new. Without zoneout, z is
// 0. The factors are drawn elsewhere and arrive in Step.
#include "reference/carry.hpp"

#include "reference/clip.hpp"

namespace sluice::reference {
namespace {

using Values = std::vector<double>;

// Share of the old value that unit k keeps: the drawn one, else the expected one.
double zone(Row drawn, double rate, std::size_t k) { return drawn.empty() ? rate : drawn[k]; }

double zoned(double z, double before, double now) {
  return z == 0.0 ? now : z * before + (1.0 - z) * now;
}

}  // namespace

void carry_c(const Cell& cell, const Step& step, Row c_new, const StepWrites& s) {
  for (std::size_t k = 0; k < c_new.size(); ++k) {
    s.c[k] = zoned(zone(step.zone_c, cell.options.zoneout_c, k), step.c_before[k], c_new[k]);
  }
}

Values carry_c_backward(const Cell& cell, const Step& step, Values& d_c) {
  Values d_new(d_c.size());
  for (std::size_t k = 0; k < d_c.size(); ++k) {
    const double z = zone(step.zone_c, cell.options.zoneout_c, k);
    d_new[k] = (1.0 - z) * d_c[k];
    d_c[k] *= z;
  }
  return d_new;
}

void carry_h(const Cell& cell, const Step& step, const StepWrites& s) {
  for (std::size_t j = 0; j < s.h.size(); ++j) {
    const double z = zone(step.zone_h, cell.options.zoneout_h, j);
    s.h[j] = zoned(z, step.h_before[j], clipped(s.h_sum[j], cell.options.projection_clip));
  }
}

Values carry_h_backward(const Cell& cell, const Step& step, const StepReads& s, Values& d_h) {
  Values d_h_sum(d_h.size());
  for (std::size_t j = 0; j < d_h.size(); ++j) {
    const double z = zone(step.zone_h, cell.options.zoneout_h, j);
    d_h_sum[j] = (1.0 - z) * d_h[j] * clip_slope(s.h_sum[j], cell.options.projection_clip);
    d_h[j] *= z;
  }
  return d_h_sum;
}

}  // namespace sluice::reference
