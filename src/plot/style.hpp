// Colours, lines and fonts of a plot as one SVG <style>, light and dark. All rules are scoped to
// one class, so that a page can embed the plot inline. Text has a contrast of 4.5 in both themes;
// blue and orange are distinguishable with every common colour blindness.
#pragma once

#include <string_view>

namespace sluice::plot {

inline constexpr std::string_view kPlotStyle = R"(<style>
.sluice-plot .paper{fill:#ffffff}
.sluice-plot text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;fill:#59636e}
.sluice-plot .title{font-size:18px;font-weight:600;fill:#1f2328}
.sluice-plot .key{font-size:13px}
.sluice-plot .grid{stroke:#e6e9ed}
.sluice-plot .zero{stroke:#afb8c1}
.sluice-plot .frame{stroke:#afb8c1}
.sluice-plot .now{stroke:#818b98;stroke-dasharray:3 4}
.sluice-plot .line{fill:none;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}
.sluice-plot .alone{stroke-width:4.5}
.sluice-plot .history{stroke:#414d5a}
.sluice-plot .median{stroke:#0969da;stroke-width:2.4}
.sluice-plot .actual{stroke:#bc4c00}
.sluice-plot .band{fill:#0969da;fill-opacity:.14;stroke:#0969da;stroke-opacity:.22}
.sluice-plot .dot{fill:#0969da}
@media(prefers-color-scheme:dark){
.sluice-plot .paper{fill:#0d1117}
.sluice-plot text{fill:#9198a1}
.sluice-plot .title{fill:#f0f6fc}
.sluice-plot .grid{stroke:#21272f}
.sluice-plot .zero{stroke:#4b535d}
.sluice-plot .frame{stroke:#4b535d}
.sluice-plot .now{stroke:#7d8590}
.sluice-plot .history{stroke:#c4ccd5}
.sluice-plot .median{stroke:#58a6ff}
.sluice-plot .actual{stroke:#f0883e}
.sluice-plot .band{fill:#58a6ff;fill-opacity:.2;stroke:#58a6ff;stroke-opacity:.3}
.sluice-plot .dot{fill:#58a6ff}
}
</style>
)";

}  // namespace sluice::plot
