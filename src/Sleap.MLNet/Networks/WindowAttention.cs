using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Sleap.MLNet;

/// <summary>
/// Self-attention among the cells of each window. Shifted windows wrap around the border; cells that are no neighbours
/// there do not see each other.
/// </summary>
internal sealed class WindowAttention : Module<Tensor, Tensor>
{
    private const float Unseen = -100;

    private readonly Parameter relative_position_bias_table;
    private readonly Tensor relative_position_index;
    private readonly Module<Tensor, Tensor> qkv;
    private readonly Module<Tensor, Tensor> proj;
    private readonly int _heads;
    private readonly int _window;
    private readonly int _shift;

    public WindowAttention(int channels, int heads, int window, int shift)
        : base(nameof(WindowAttention))
    {
        (_heads, _window, _shift) = (heads, window, shift);
        var side = 2 * window - 1;
        using (no_grad())
            relative_position_bias_table = Parameter(randn(new long[] { side * side, heads }) * 0.02);
        relative_position_index = RelativePositions(window);
        qkv = Linear(channels, 3 * channels);
        proj = Linear(channels, channels);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        long batch = input.size(0),
            height = input.size(1),
            width = input.size(2),
            channels = input.size(3);
        var x = functional.pad(
            input,
            [0, 0, 0, (_window - width % _window) % _window, 0, (_window - height % _window) % _window],
            PaddingModes.Constant,
            0
        );
        long h = x.size(1),
            w = x.size(2),
            rows = h / _window,
            columns = w / _window,
            cells = _window * _window;
        // An axis that one window covers is not shifted.
        int down = _window >= h ? 0 : _shift,
            right = _window >= w ? 0 : _shift;
        if (down + right > 0)
            x = x.roll(new long[] { -down, -right }, new long[] { 1, 2 }); // (B, h, w, C)
        // (B, rows, columns, window, window, C)
        x = x.view(batch, rows, _window, columns, _window, channels).permute(0, 1, 3, 2, 4, 5);
        // (B·windows, cells, C)
        x = Attend(
            x.reshape(batch * rows * columns, cells, channels),
            down + right > 0 ? Mask(h, w, down, right, input.device) : null
        );
        // (B, h, w, C)
        x = x.view(batch, rows, columns, _window, _window, channels)
            .permute(0, 1, 3, 2, 4, 5)
            .reshape(batch, h, w, channels);
        if (down + right > 0)
            x = x.roll(new long[] { down, right }, new long[] { 1, 2 }); // (B, h, w, C)
        // (B, height, width, C)
        return x.narrow(1, 0, height).narrow(2, 0, width).contiguous().MoveToOuterDisposeScope();
    }

    // (B·windows, cells, C) to the same; the mask is (windows, cells, cells).
    private Tensor Attend(Tensor x, Tensor? mask)
    {
        long windows = x.size(0),
            cells = x.size(1),
            channels = x.size(2),
            each = channels / _heads;
        // (3, B·windows, heads, cells, C/heads)
        var all = qkv.call(x).reshape(windows, cells, 3, _heads, each).permute(2, 0, 3, 1, 4);
        Tensor query = all.select(0, 0) * Math.Pow(each, -0.5),
            key = all.select(0, 1),
            value = all.select(0, 2);
        // (heads, cells, cells)
        var bias = relative_position_bias_table
            .index_select(0, relative_position_index)
            .view(cells, cells, _heads)
            .permute(2, 0, 1);
        // (B·windows, heads, cells, cells)
        var score = query.matmul(key.transpose(-2, -1)) + bias.unsqueeze(0);
        if (mask is not null)
        {
            var count = mask.size(0);
            score = score.view(windows / count, count, _heads, cells, cells) + mask.unsqueeze(1).unsqueeze(0);
            // (B·windows, heads, cells, cells)
            score = score.view(windows, _heads, cells, cells);
        }

        // (B·windows, cells, C)
        x = score.softmax(-1).matmul(value).transpose(1, 2).reshape(windows, cells, channels);
        return proj.call(x);
    }

    // Cells of different regions of the shifted map do not see each other: (windows, cells, cells).
    private Tensor Mask(long h, long w, int down, int right, Device device)
    {
        var region = new float[h * w];
        for (long y = 0; y < h; y++)
        {
            for (long x = 0; x < w; x++)
                region[y * w + x] = 3 * Region(y, h, down) + Region(x, w, right);
        }

        long rows = h / _window,
            columns = w / _window,
            cells = _window * _window;
        var regions = tensor(region, new[] { rows, _window, columns, _window }, ScalarType.Float32, device)
            .permute(0, 2, 1, 3)
            .reshape(rows * columns, cells);
        return regions.unsqueeze(1).ne(regions.unsqueeze(2)).to(ScalarType.Float32) * Unseen;
    }

    private int Region(long place, long size, int shift) =>
        shift == 0 || place < size - _window ? 0
        : place < size - shift ? 1
        : 2;

    // For each pair of cells the row of the table: how far one is from the other.
    private static Tensor RelativePositions(int window)
    {
        int cells = window * window,
            side = 2 * window - 1;
        var index = new long[cells * cells];
        for (var from = 0; from < cells; from++)
        {
            for (var to = 0; to < cells; to++)
            {
                index[from * cells + to] =
                    (from / window - to / window + window - 1) * side + (from % window - to % window + window - 1);
            }
        }

        return tensor(index, new long[] { index.Length });
    }
}
