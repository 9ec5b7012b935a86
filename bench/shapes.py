"""The shapes that are timed, and what a training step of each costs. Standard library only."""
import collections

Shape = collections.namedtuple("Shape", "batch steps input hidden layers")

SHAPES = {
    "tiny": Shape(3, 5, 7, 11, 2),  # to try the workers, not to be timed
    "T1": Shape(50, 1000, 1, 16, 1),  # guitar amplifier, Automated-GuitarAmpModelling's defaults
    "T1b": Shape(50, 1000, 1, 40, 1),  # guitar amplifier, Proteus
    "T2": Shape(50, 50, 65, 128, 2),  # char-rnn's default
    "T3": Shape(20, 20, 200, 200, 2),  # PTB small
    "T3b": Shape(20, 35, 200, 200, 2),  # PyTorch's word_language_model
    "T4": Shape(20, 35, 1500, 1500, 2),  # PTB large
    "T5": Shape(256, 365, 32, 128, 1),  # hydrology, 531 basins
    "T5b": Shape(256, 365, 5, 20, 1),  # hydrology, one basin
    "T6": Shape(32, 96, 1, 128, 2),  # neuralforecast's default
    "T7": Shape(64, 50, 100, 100, 2),  # finance, LSTM_A
    "T8": Shape(64, 100, 250, 200, 3),  # finance, LSTM_B
    "T9": Shape(64, 50, 500, 500, 1),  # pytorch#7903
    "T10": Shape(8, 2000, 256, 256, 2),  # pytorch#81634
    "T11": Shape(16, 1024, 768, 768, 1),  # FlashRNN
    "T12": Shape(80, 70, 1150, 1150, 1),  # a layer of AWD-LSTM
}


def layer_inputs(shape):
    return [shape.input] + [shape.hidden] * (shape.layers - 1)


def flop_per_step(shape):
    """Products alone: forward, and twice that backward without the gradient of x."""
    rows = shape.batch * shape.steps
    forward = sum(8 * shape.hidden * (inputs + shape.hidden) * rows
                  for inputs in layer_inputs(shape))
    return 3 * forward - 8 * shape.hidden * shape.input * rows
