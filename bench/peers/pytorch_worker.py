"""The training step by PyTorch, as good as its user can write it: torch.nn.LSTM, time first (no
copy), which takes PyTorch's own oneDNN; gradients set to None; the faster of its Adams. The
protocol is in bench/README.md.

    python pytorch_worker.py CASE_DIR THREADS
"""
import json
import math
import pathlib
import sys
import time

import numpy as np
import torch

RATE = 1e-3


def memory_mb():
    """What this process held at most."""
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


class Trainer:
    def __init__(self, folder):
        self.folder = folder
        self.x = self.read("x")  # [T, B, I]
        self.target = self.read("target")  # [T, B, H]
        layers = len(list(folder.glob("bias_l*.npy")))
        self.lstm = torch.nn.LSTM(self.x.shape[2], self.target.shape[2], layers)
        with torch.no_grad():
            for layer in range(layers):
                for name in ("weight_ih", "weight_hh", "bias"):
                    self.parameter(name, layer).copy_(self.read(f"{name}_l{layer}"))
                # One bias is a row's: the other stays zero.
                getattr(self.lstm, f"bias_hh_l{layer}").zero_().requires_grad_(False)
        self.lstm.flatten_parameters()
        self.trained = [p for p in self.lstm.parameters() if p.requires_grad]
        self.adam_name, self.adam = self.fastest_adam()

    def read(self, name):
        return torch.from_numpy(np.load(self.folder / f"{name}.npy"))

    def parameter(self, name, layer):
        return getattr(self.lstm, f"{'bias_ih' if name == 'bias' else name}_l{layer}")

    def fastest_adam(self):
        """Tries each in turn on copies of the parameters."""
        adams, times = {}, {}
        for name in ("fused", "foreach"):
            copies = [p.detach().clone().requires_grad_() for p in self.trained]
            for copy in copies:
                copy.grad = torch.randn_like(copy)
            adams[name] = torch.optim.Adam(copies, lr=RATE, **{name: True})
        for _ in range(10):
            for name, adam in adams.items():
                start = time.perf_counter()
                adam.step()
                times[name] = min(times.get(name, math.inf), time.perf_counter() - start)
        name = min(times, key=times.get)
        return name, torch.optim.Adam(self.trained, lr=RATE, **{name: True})

    def forward_backward(self):
        self.adam.zero_grad(set_to_none=True)
        y, _ = self.lstm(self.x)
        loss = 0.5 * torch.nn.functional.mse_loss(y, self.target)
        loss.backward()
        return loss.item()

    def write_first_step(self):
        loss = self.forward_backward()
        (self.folder / "pytorch.loss.txt").write_text(f"{loss:.17g}\n")
        for layer in range(self.lstm.num_layers):
            for name in ("weight_ih", "weight_hh", "bias"):
                np.save(self.folder / f"pytorch.{name}_l{layer}.npy",
                        self.parameter(name, layer).grad.numpy())

    def round(self, count):
        ms, losses = [], []
        for _ in range(count):
            start = time.perf_counter()
            losses.append(self.forward_backward())
            self.adam.step()
            ms.append((time.perf_counter() - start) * 1e3)
        return {"ms": ms, "loss": losses}


def say(line):
    print(line if isinstance(line, str) else json.dumps(line), flush=True)


def main():
    start_mb = memory_mb()
    folder, threads = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    torch.set_flush_denormal(True)
    torch.set_num_threads(threads)
    trainer = Trainer(folder)
    trainer.write_first_step()
    say({"version": torch.__version__, "threads": torch.get_num_threads(),
         "adam": trainer.adam_name, "onednn": torch.backends.mkldnn.is_available(),
         "start_rss_mb": start_mb})
    say("ready")
    for line in sys.stdin:
        word, *count = line.split()
        if word == "quit":
            say({"peak_rss_mb": memory_mb()})
            return
        say(trainer.round(int(count[0])))


if __name__ == "__main__":
    main()
