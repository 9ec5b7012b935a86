// All public headers.
#pragma once

#include "sluice/architecture.hpp"
#include "sluice/cell_options.hpp"
#include "sluice/error.hpp"
#include "sluice/forecaster.hpp"
#include "sluice/loss.hpp"
#include "sluice/model.hpp"
#include "sluice/optimizer.hpp"
#include "sluice/pass.hpp"
#include "sluice/state.hpp"
#include "sluice/status.hpp"
#include "sluice/stream.hpp"
#include "sluice/stream_pool.hpp"
#include "sluice/table.hpp"
#include "sluice/trace.hpp"
#include "sluice/trainer.hpp"
#include "sluice/version.hpp"
