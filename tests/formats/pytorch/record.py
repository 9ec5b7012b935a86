#!/usr/bin/env python3
"""Records state dictionaries of architectures that people publish, and what PyTorch makes of them.

    python3 tests/formats/pytorch/record.py        needs torch and safetensors

writes into the folder of this script, seeded and tiny, NAME.safetensors for each model below, and samples.safetensors
with NAME.x and NAME.y of each. architectures_test.cpp says what Sluice must make of them. y is what the whole model
gives, in eval() mode, computed in float64; x is what it was given, or, where the model begins with token numbers, the
vectors that its embedding gives.
"""
import pathlib

import torch
from safetensors.torch import save_file
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent


class Net(nn.Module):
    """Modules under the names given, in their order; `forward` is a function of the module and x."""

    def __init__(self, forward, **modules):
        super().__init__()
        for name, module in modules.items():
            self.add_module(name, module)
        self.way = forward

    def forward(self, x):
        return self.way(self, x)


def lstm(inputs, hidden, **options):
    return nn.LSTM(inputs, hidden, batch_first=True, **options)


def chain(*names, last=False):
    """Modules one after the other; an LSTM gives its outputs, `last` the last step's."""
    def way(net, x):
        for name in names:
            x = getattr(net, name)(x) if isinstance(name, str) else name(x)
            x = x[0] if isinstance(x, tuple) else x
        return x[:, -1] if last else x
    return way


def wrapped(net):
    return Net(lambda self, x: self.module(x), module=net)


def models():
    # Read: the head's name says what it is.
    yield "fc_last", Net(chain("lstm", "fc", last=True), lstm=lstm(3, 5), fc=nn.Linear(5, 2)), (3, 7, 3)
    yield "linear_tutorial", Net(chain("lstm", "hidden2tag"), lstm=lstm(4, 6), hidden2tag=nn.Linear(6, 3)), (2, 5, 4)
    yield "classifier_both", Net(chain("rnn", "classifier"), rnn=lstm(3, 4, num_layers=2, bidirectional=True),
                                 classifier=nn.Linear(8, 5)), (2, 6, 3)
    yield "decoder_tied_names", wrapped(Net(chain("rnn", "decoder"), rnn=lstm(3, 5, num_layers=2),
                                            decoder=nn.Linear(5, 7))), (2, 4, 3)
    yield "out_proj_no_bias", Net(chain("lstm", "out_proj"), lstm=lstm(3, 7, proj_size=2),
                                  out_proj=nn.Linear(2, 3, bias=False)), (3, 5, 3)
    yield "regressor_seq0", Net(chain("encoder", "regressor"), encoder=lstm(2, 5),
                                regressor=nn.Sequential(nn.Linear(5, 1))), (2, 9, 2)
    yield "dropout_between", Net(chain("lstm", "dropout", "dense"), lstm=lstm(3, 5), dropout=nn.Dropout(0.3),
                                 dense=nn.Linear(5, 2)), (2, 5, 3)
    yield "bare", Net(chain("lstm"), lstm=lstm(3, 4, bidirectional=True)), (2, 5, 3)
    yield "time_first", Net(chain("lstm", "output_layer"), lstm=nn.LSTM(3, 5), output_layer=nn.Linear(5, 2)), (6, 2, 3)
    # Refused until somebody says or proves what they are.
    yield "unnamed_layer", Net(chain("l1", "l2"), l1=lstm(3, 5), l2=nn.Linear(5, 2)), (2, 5, 3)
    yield "square_fc", Net(chain("lstm", "fc"), lstm=lstm(5, 5), fc=nn.Linear(5, 5)), (2, 5, 5)
    yield "square_fc_first", Net(chain("fc", "lstm"), fc=nn.Linear(5, 5), lstm=lstm(5, 5)), (2, 5, 5)
    yield "seq_with_dropout", Net(chain("lstm", "fc"), lstm=lstm(3, 5),
                                  fc=nn.Sequential(nn.Dropout(0.2), nn.Linear(5, 2))), (2, 5, 3)
    yield "seq_with_relu", Net(chain("lstm", "fc"), lstm=lstm(3, 5),
                               fc=nn.Sequential(nn.ReLU(), nn.Linear(5, 2))), (2, 5, 3)
    yield "embedding_tagger", Net(chain("lstm", "fc"), embedding=nn.Embedding(11, 4), lstm=lstm(4, 5),
                                  fc=nn.Linear(5, 3)), (2, 6, 4)
    yield "embedding_encoder", Net(chain("lstm"), embedding=nn.Embedding(9, 5), lstm=lstm(5, 5)), (2, 6, 5)
    yield "word_model", Net(chain("rnn", "decoder"), encoder=nn.Embedding(11, 4), rnn=lstm(4, 5, num_layers=2),
                            decoder=nn.Linear(5, 11)), (2, 5, 4)
    yield "input_projection", Net(chain("input_proj", "lstm", "head"), input_proj=nn.Linear(3, 6), lstm=lstm(6, 5),
                                  head=nn.Linear(5, 2)), (2, 5, 3)
    yield "fc_before_and_behind", Net(chain("fc1", "lstm", "fc2"), fc1=nn.Linear(3, 5),
                                      lstm=lstm(5, 5, bidirectional=True, bias=False), fc2=nn.Linear(10, 2)), (2, 5, 3)
    yield "input_relu", Net(chain("fc_in", torch.relu, "lstm", "head"), fc_in=nn.Linear(3, 6), lstm=lstm(6, 5),
                            head=nn.Linear(5, 2)), (2, 5, 3)
    # Loaded as LSTM and linear layer, where more was there: numbers alone show it.
    yield "voice_activity", Net(chain("lstm", "fc", torch.sigmoid), lstm=lstm(4, 6), fc=nn.Linear(6, 1)), (2, 8, 4)
    yield "tanh_between", Net(chain("lstm", torch.relu, "linear"), lstm=lstm(3, 5), linear=nn.Linear(5, 2)), (2, 5, 3)
    yield "log_softmax", Net(chain("lstm", "hidden2tag", lambda x: torch.log_softmax(x, -1)), lstm=lstm(3, 5),
                             hidden2tag=nn.Linear(5, 4)), (2, 5, 3)
    # Never a plain stack.
    yield "two_lstms", Net(chain("lstm1", "lstm2", "fc"), lstm1=lstm(3, 5), lstm2=lstm(5, 4),
                           fc=nn.Linear(4, 1)), (2, 5, 3)
    yield "attention", Net(lambda net, x: net.fc((torch.softmax(net.attn(h := net.lstm(x)[0]), 1) * h).sum(1)),
                           lstm=lstm(3, 5), attn=nn.Linear(5, 1), fc=nn.Linear(5, 2)), (2, 5, 3)
    yield "batch_norm", Net(lambda net, x: net.fc(net.bn(net.lstm(x)[0][:, -1])), lstm=lstm(3, 5),
                            bn=nn.BatchNorm1d(5), fc=nn.Linear(5, 2)), (2, 5, 3)
    yield "gru", Net(chain("gru", "fc"), gru=nn.GRU(3, 4, batch_first=True), fc=nn.Linear(4, 2)), (2, 5, 3)
    yield "cell", Net(lambda net, x: net.fc(net.lstm(x[:, 0])[0]), lstm=nn.LSTMCell(3, 5),
                      fc=nn.Linear(5, 2)), (2, 5, 3)


def main():
    samples = {}
    for number, (name, net, shape) in enumerate(models()):
        torch.manual_seed(1000 + number)
        for parameter in net.parameters():
            nn.init.normal_(parameter, std=0.5)
        x = torch.randn(*shape)
        net.eval()
        with torch.no_grad():
            y = net.double()(x.double()).float()
        state = {key: value.float().contiguous() for key, value in net.state_dict().items()}
        save_file(state, HERE / f"{name}.safetensors")
        samples |= {f"{name}.x": x, f"{name}.y": y.contiguous()}
    save_file(samples, HERE / "samples.safetensors")


if __name__ == "__main__":
    main()
