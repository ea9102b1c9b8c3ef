using FsCheck.Xunit;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

public sealed class FrameGeometryTests
{
    private static readonly GoldenCalls Coordinates = new("ops/coordinates.safetensors");
    private static readonly GoldenCalls Resizing = new("ops/resizing.safetensors");

    public static TheoryData<string> Matched => [.. Resizing.Cases("apply_sizematcher")];

    [Theory, MemberData(nameof(Matched))]
    public void Sizes_and_scale_of_the_size_matcher_are_those_of_sleap_nn(string name)
    {
        using var scope = NewDisposeScope();
        long[] from = Resizing.Tensor($"{name}/image").shape,
            to = Resizing.Tensor($"{name}/out").shape;
        var geometry = new FrameGeometry(
            (int)from[2],
            (int)from[3],
            1,
            1,
            (int?)Resizing.Argument(name, "max_height"),
            (int?)Resizing.Argument(name, "max_width")
        );
        Assert.Equal((to[2], to[3]), (geometry.InputHeight, geometry.InputWidth));
        Assert.Equal((double)Resizing.Result(name, "eff_scale")!, geometry.PointScale, 1e-6);
    }

    [Fact]
    public void Points_go_back_to_the_frame_as_in_sleap_nn()
    {
        using var scope = NewDisposeScope();
        var coordinates = Coordinates.Tensor("undo_input_scale_0.5/coords");
        Assert.InRange(
            Golden.Difference(
                Coordinates.Tensor("undo_input_scale_0.5/out"),
                ToFrame(new FrameGeometry(100, 100, 0.5f), coordinates)
            ),
            0,
            1e-6
        );
        var scales = Coordinates.Tensor("undo_eff_scale/eff_scale");
        for (var sample = 0; sample < scales.size(0); sample++)
        {
            // A canvas that makes just this scale: heights of 1000 frame pixels.
            var scale = scales[sample].item<float>();
            var geometry = new FrameGeometry(
                1000,
                1000,
                1,
                1,
                (int)Math.Round(1000 * scale),
                (int)Math.Round(1000 * scale)
            );
            Assert.Equal(scale, geometry.PointScale, 1e-6f);
            Assert.InRange(
                Golden.Difference(
                    Coordinates.Tensor("undo_eff_scale/out")[sample],
                    ToFrame(geometry, Coordinates.Tensor("undo_eff_scale/coords")[sample])
                ),
                0,
                1e-5
            );
        }

        var cells = Coordinates.Tensor("undo_stride_4/coords");
        Assert.InRange(Golden.Difference(Coordinates.Tensor("undo_stride_4/out"), cells * 4), 0, 1e-6);
    }

    [Property]
    public void To_the_input_and_back_is_no_way_at_all(
        ushort height,
        ushort width,
        ushort maxHeight,
        ushort maxWidth,
        byte tenths,
        float x,
        float y
    )
    {
        if (!float.IsFinite(x) || !float.IsFinite(y))
            return;
        (x, y) = (x % 1e5f, y % 1e5f);
        var stride = 1 << (tenths % 6);
        var geometry = new FrameGeometry(
            height % 2000 + 10,
            width % 2000 + 10,
            (tenths % 20 + 1) / 10f,
            stride,
            maxHeight % 2000 + 10,
            maxWidth % 2000 + 10
        );
        Assert.Equal(0, geometry.InputHeight % stride);
        Assert.Equal(0, geometry.InputWidth % stride);
        float[] points = [x, y, float.NaN, 1];
        geometry.ToInput(points);
        geometry.ToFrame(points);
        // Two roundings of float32; numbers next to zero are rounded to it.
        Assert.Equal(x, points[0], Math.Abs(x) * 3e-7f + 1e-30f);
        Assert.Equal(y, points[1], Math.Abs(y) * 3e-7f + 1e-30f);
        Assert.True(float.IsNaN(points[2]));
    }

    [Property]
    public void The_last_pixel_of_the_frame_is_in_the_input(ushort height, ushort width, byte tenths)
    {
        var geometry = new FrameGeometry(height % 3000 + 10, width % 3000 + 10, (tenths % 20 + 1) / 10f, 16, 480, 640);
        float[] corner = [geometry.FrameWidth - 1, geometry.FrameHeight - 1];
        geometry.ToInput(corner);
        // The input's size is rounded down, so the corner may be up to a pixel beyond its middle.
        Assert.InRange(corner[0], 0, geometry.InputWidth);
        Assert.InRange(corner[1], 0, geometry.InputHeight);
    }

    [Fact]
    public void A_scale_of_a_tenth_gives_a_tenth()
    {
        // 0.1f is more than 0.1, and 0.7f less than 0.7: sizes are rounded down from what was written.
        Assert.Equal(
            (7, 70),
            (new FrameGeometry(10, 100, 0.7f).InputHeight, new FrameGeometry(10, 100, 0.7f).InputWidth)
        );
        Assert.Equal(48, new FrameGeometry(480, 480, 0.1f).InputWidth);
    }

    [Fact]
    public void Impossible_sizes_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new FrameGeometry(0, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FrameGeometry(10, 10, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FrameGeometry(10, 10, float.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FrameGeometry(10, 10, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FrameGeometry(10, 10, 1, 1, 0));
        Assert.Contains(
            "no pixel",
            Assert.Throws<ArgumentOutOfRangeException>(() => new FrameGeometry(10, 10, 0.05f)).Message
        );
    }

    private static Tensor ToFrame(FrameGeometry geometry, Tensor coordinates)
    {
        var xy = Golden.Floats(coordinates);
        geometry.ToFrame(xy);
        return tensor(xy, coordinates.shape);
    }
}
