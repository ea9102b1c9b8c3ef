#!/usr/bin/env python3
"""A PyTorch yardstick that runs beside the project's own benchmark, on the same machine and in the same run.

It does what a plain PyTorch pose program does: the U-Net of SLEAP-NN in eager float32, contiguous tensors,
Adam, mean squared error on confidence maps, argmax peaks with 5x5 integral refinement. It needs only torch and numpy
(Debian: python3-torch python3-numpy; any torch from 1.13 on) and, for `video`, ffmpeg on the PATH.

  peer.py train  --size 240x320 --batch 4 --nodes 4 --steps 30      -> steps/s and frames/s of optimiser steps on fixed tensors
  peer.py forward --size 240x320 --batch 4 --nodes 4 --steps 60     -> frames/s of the network alone
  peer.py video FILE --scale 0.5 --nodes 4 --batch 4 [--frames N]   -> frames/s from file to keypoints, one thread decoding ahead
Prints one JSON line.
"""
import argparse, json, queue, subprocess, threading, time
import numpy as np, torch
from torch import nn
import torch.nn.functional as F


class Block(nn.Module):
    def __init__(self, cin, cout, convs=2):
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(cin if i == 0 else cout, cout, 3, padding=1) for i in range(convs))

    def forward(self, x):
        for c in self.convs:
            x = F.relu(c(x))
        return x


class UNet(nn.Module):
    """Encoder of log2(max_stride) blocks, a middle block, bilinear decoder with skips down to output_stride, 1x1 head."""

    def __init__(self, nodes, filters=16, rate=2.0, max_stride=16, output_stride=2, in_channels=1):
        super().__init__()
        down = max_stride.bit_length() - 1
        width = [int(filters * rate ** i) for i in range(down + 1)]
        self.enc = nn.ModuleList(Block(in_channels if i == 0 else width[i - 1], width[i]) for i in range(down))
        self.middle = Block(width[down - 1], width[down])
        ups = (max_stride // output_stride).bit_length() - 1
        self.dec, c = nn.ModuleList(), width[down]
        for i in range(ups):
            skip = width[down - 1 - i]
            self.dec.append(Block(c + skip, skip)); c = skip
        self.head = nn.Conv2d(c, nodes, 1)

    def forward(self, x):
        skips = []
        for b in self.enc:
            x = b(x); skips.append(x); x = F.max_pool2d(x, 2)
        x = self.middle(x)
        for b, s in zip(self.dec, reversed(skips)):
            x = b(torch.cat([F.interpolate(x, scale_factor=2, mode='bilinear', align_corners=False), s], 1))
        return self.head(x)


def peaks(cm, stride, threshold=0.2, patch=5):
    """(B, N, H, W) maps -> (B, N, 2) x, y in input pixels; NaN below the threshold."""
    b, n, h, w = cm.shape
    v, i = cm.flatten(2).max(-1)
    y, x = torch.div(i, w, rounding_mode='floor'), i % w
    r = patch // 2
    pad = F.pad(cm, (r, r, r, r)).reshape(b * n, h + 2 * r, w + 2 * r)
    off = torch.arange(patch, device=cm.device)
    rows = (y.reshape(-1, 1) + off)[:, :, None].expand(-1, -1, patch)
    cols = (x.reshape(-1, 1) + off)[:, None, :].expand(-1, patch, -1)
    p = pad[torch.arange(b * n)[:, None, None], rows, cols].clamp(min=0)
    s = p.sum((1, 2)).clamp(min=1e-8)
    g = off - r
    dx, dy = (p * g[None, None]).sum((1, 2)) / s, (p * g[None, :, None]).sum((1, 2)) / s
    xy = torch.stack([x.reshape(-1) + dx, y.reshape(-1) + dy], -1).reshape(b, n, 2) * stride
    return torch.where((v > threshold)[..., None], xy, torch.full_like(xy, float('nan'))), v


def train(a):
    net, (h, w) = UNet(a.nodes, a.filters, a.rate), a.size
    opt = torch.optim.Adam(net.parameters(), lr=1e-3)
    x, y = torch.rand(a.batch, 1, h, w), torch.rand(a.batch, a.nodes, h // 2, w // 2)
    def step():
        opt.zero_grad(); F.mse_loss(net(x), y).backward(); opt.step()
    for _ in range(3): step()
    t = time.perf_counter()
    for _ in range(a.steps): step()
    s = time.perf_counter() - t
    return dict(mode='train', steps_per_s=a.steps / s, frames_per_s=a.steps * a.batch / s, parameters=sum(p.numel() for p in net.parameters()))


def forward(a):
    net, (h, w) = UNet(a.nodes, a.filters, a.rate).eval(), a.size
    x = torch.rand(a.batch, 1, h, w)
    with torch.no_grad():
        for _ in range(3): net(x)
        t = time.perf_counter()
        for _ in range(a.steps): net(x)
    return dict(mode='forward', frames_per_s=a.steps * a.batch / (time.perf_counter() - t))


def video(a):
    probe = subprocess.run(['ffprobe', '-v', 'error', '-select_streams', 'v:0', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', a.file], capture_output=True, text=True).stdout
    w, h = map(int, probe.strip().split(',')[:2])
    net = UNet(a.nodes, a.filters, a.rate).eval()
    q = queue.Queue(8)
    def decode():
        p = subprocess.Popen(['ffmpeg', '-v', 'error', '-i', a.file, '-f', 'rawvideo', '-pix_fmt', 'gray', '-'], stdout=subprocess.PIPE)
        n, buf = 0, []
        while a.frames is None or n < a.frames:
            d = p.stdout.read(w * h)
            if len(d) < w * h: break
            buf.append(np.frombuffer(d, np.uint8).reshape(1, h, w)); n += 1
            if len(buf) == a.batch: q.put(np.stack(buf)); buf = []
        if buf: q.put(np.stack(buf))
        p.kill(); q.put(None)
    threading.Thread(target=decode, daemon=True).start()
    n, t = 0, time.perf_counter()
    with torch.no_grad():
        while (b := q.get()) is not None:
            x = torch.from_numpy(b).float() / 255
            if a.scale != 1: x = F.interpolate(x, scale_factor=a.scale, mode='bilinear', align_corners=False)
            ph, pw = -x.shape[2] % 16, -x.shape[3] % 16
            peaks(net(F.pad(x, (0, pw, 0, ph))), 2); n += len(b)
    return dict(mode='video', frames=n, frames_per_s=n / (time.perf_counter() - t))


if __name__ == '__main__':
    p = argparse.ArgumentParser()
    p.add_argument('mode', choices=['train', 'forward', 'video']); p.add_argument('file', nargs='?')
    p.add_argument('--size', type=lambda s: tuple(map(int, s.split('x'))), default=(240, 320))
    p.add_argument('--batch', type=int, default=4); p.add_argument('--nodes', type=int, default=4)
    p.add_argument('--filters', type=int, default=16); p.add_argument('--rate', type=float, default=2.0)
    p.add_argument('--steps', type=int, default=30); p.add_argument('--scale', type=float, default=1.0)
    p.add_argument('--frames', type=int); p.add_argument('--threads', type=int, default=2)
    a = p.parse_args()
    torch.manual_seed(0); torch.set_num_threads(a.threads)
    print(json.dumps({**{'train': train, 'forward': forward, 'video': video}[a.mode](a), 'torch': torch.__version__, 'threads': a.threads}))
