using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// Options of training on square parts of the frames, which hold the animals and less background: a step sees more
/// animals in the same time. Validation and prediction are on whole frames. Names as in sleap-nn's <c>tiling</c>.
/// </summary>
public sealed record TrainingTileOptions
{
    private const int MinSize = 128;

    /// <summary>
    /// Side of a tile in pixels of the network input, a multiple of the backbone's deepest stride; a side of the frame
    /// that is shorter stays whole. Null (default): twice as long as nine of ten labeled instances, at least 128.
    /// </summary>
    public int? Size { get; init; }

    /// <summary>
    /// Share of the tiles that show a labeled node drawn at random, 0 to 1; the others, and those of frames without
    /// nodes, lie anywhere in the frame. Default 0.5; sleap-nn's <c>tile_fg_fraction</c>. With less background, a
    /// network may find animals in it.
    /// </summary>
    public float ForegroundFraction { get; init; } = 0.5f;

    /// <summary>
    /// Largest distance of that node from the center of its tile along each side, as a share of half of the tile, 0 to
    /// 1. Default 0.5; sleap-nn's <c>center_jitter</c>.
    /// </summary>
    public float CenterJitter { get; init; } = 0.5f;

    /// <summary>
    /// Tiles of each frame in an epoch, at least 1, where <see cref="TrainerOptions.StepsPerEpoch"/> is not given. Null
    /// (default): as many as cover the frame; sleap-nn's <c>samples_per_frame</c>.
    /// </summary>
    public int? SamplesPerFrame { get; init; }

    /// <summary>The options as a term of a run, the same in all languages.</summary>
    internal string Term =>
        FormattableString.Invariant(
            $"{Size} pixels, {ForegroundFraction} around nodes, jitter {CenterJitter}, {SamplesPerFrame ?? 0} of a frame"
        );

    /// <summary>Adds the faults of the options.</summary>
    internal void Check(OptionFaults faults, int stride) =>
        faults
            .AtLeast(nameof(Size), Size, 1)
            .If(
                Size > 0 && Size % stride != 0,
                $"Size is {Size}, expected a multiple of the backbone's deepest stride: "
                    + $"{Math.Max(1, Size.GetValueOrDefault() / stride) * stride} or "
                    + $"{(Size.GetValueOrDefault() / stride + 1) * stride}"
            )
            .Within(nameof(ForegroundFraction), ForegroundFraction, 0, 1)
            .Within(nameof(CenterJitter), CenterJitter, 0, 1)
            .AtLeast(nameof(SamplesPerFrame), SamplesPerFrame, 1);

    /// <summary>Returns the options with a size.</summary>
    /// <param name="instance">Side of nine of ten instances in pixels of the network input.</param>
    /// <param name="stride">The backbone's deepest stride.</param>
    internal TrainingTileOptions CompletedBy(float instance, int stride) =>
        this with
        {
            Size = Size ?? CropSize.Of([2 * instance], stride: stride, minSize: MinSize),
        };

    /// <summary>Returns the size of the tiles of frames of a size.</summary>
    internal (int Height, int Width) In((int Height, int Width) frame) =>
        (Math.Min(Size!.Value, frame.Height), Math.Min(Size.Value, frame.Width));

    /// <summary>Returns the number of tiles of a frame in an epoch.</summary>
    internal int CountIn((int Height, int Width) frame)
    {
        var (height, width) = In(frame);
        return SamplesPerFrame ?? ((frame.Height + height - 1) / height) * ((frame.Width + width - 1) / width);
    }

    /// <summary>Draws the center of a tile, in pixels of the frame; the tile is inside the frame.</summary>
    /// <param name="points">x and y of the frame's nodes by turns; NaN = missing.</param>
    /// <param name="frame">Size of the frame.</param>
    /// <param name="random">All random numbers come from it.</param>
    internal (float X, float Y) DrawCenter(ReadOnlySpan<float> points, (int Height, int Width) frame, Random random)
    {
        var (height, width) = In(frame);
        List<int> visible = [];
        for (var at = 0; at < points.Length; at += 2)
        {
            if (!float.IsNaN(points[at]))
                visible.Add(at);
        }
        if (visible.Count == 0 || random.NextSingle() >= ForegroundFraction)
            return (Anywhere(frame.Width, width), Anywhere(frame.Height, height));
        var node = visible[random.Next(visible.Count)];
        return (Near(points[node], frame.Width, width), Near(points[node + 1], frame.Height, height));

        float Anywhere(int length, int side) => (length - 1) / 2f + Draw() / 2 * (length - side);
        float Near(float place, int length, int side)
        {
            var (middle, reach) = ((length - 1) / 2f, (length - side) / 2f);
            return Math.Clamp(place + Draw() * CenterJitter * side / 2, middle - reach, middle + reach);
        }
        float Draw() => 2 * random.NextSingle() - 1;
    }
}
