using System.Globalization;
using Sleap.Transforms;
using TorchSharp;

namespace Sleap.MLNet;

/// <summary>Proposes the options of one network from label statistics.</summary>
/// <remarks>
/// Scale, batch size and rotation follow sleap-nn's generator, except where measurements on this library's examples
/// gave better values.
/// </remarks>
/// <param name="type">What the network finds.</param>
/// <param name="labels">The label statistics.</param>
/// <param name="frame">Size of the frames, and 1 or 3 channels.</param>
/// <param name="columns">Names of the columns.</param>
/// <param name="reasons">The list that reasons are added to.</param>
internal sealed class NetworkProposal(
    ModelType type,
    LabelStatistics labels,
    (int Height, int Width, int Channels) frame,
    PoseColumnOptions columns,
    List<OptionReason> reasons
)
{
    // Size of an instance in the network input, in pixels, that is enough to find its nodes or its center.
    private const float EnoughForNodes = 50,
        EnoughForCenters = 20;
    private const int MinSteps = 20,
        MaxSteps = 100,
        MaxEpochs = 100,
        ManyDirections = 8;

    // The steps with which the models of docs/training.md were trained; of centers half. And the minimum number of
    // passes over larger sets of labels.
    private const int MeasuredSteps = 1500,
        MeasuredBottomUpSteps = 800,
        MeasuredCentroidSteps = 300,
        Passes = 10;

    // Frames are cut into tiles where they are at least so many times as large; and the most tiles in a step.
    private const int MinTilesOfFrame = 4,
        MaxTiles = 32;

    private int LargestFrame => Math.Max(frame.Height, frame.Width);

    /// <summary>Proposes a network that finds nodes in whole frames.</summary>
    public TOptions Whole<TOptions>(TOptions options)
        where TOptions : NetworkOptions
    {
        var scale = WholeScale();
        return WithTraining(
            WithNetwork(options, scale),
            labels.Rows.Count,
            (double)frame.Height * frame.Width * scale * scale
        );
    }

    /// <summary>Proposes a network that finds centers.</summary>
    public CentroidOptions Centroid()
    {
        var most = MaxInstances();
        var scale = CenterScale();
        return WithTraining(
            WithNetwork(new CentroidOptions { MaxInstances = most }, scale),
            labels.Rows.Count,
            (double)frame.Height * frame.Width * scale * scale
        );
    }

    /// <summary>
    /// Proposes a network on crops around a node; the reason for that node is given for the whole model.
    /// </summary>
    public CenteredInstanceOptions CenteredInstance(string? anchor)
    {
        AddReason("Scale", "1", "crops are small already.");
        var options = WithNetwork(new CenteredInstanceOptions(), 1);
        var side = CropSide(anchor);
        var reach =
            labels
                .CropSides(InstanceCentroids.AnchorOf(anchor, labels.Skeleton))
                .Where(float.IsFinite)
                .DefaultIfEmpty(0)
                .Max() / 2;
        AddReason(
            "CropSize",
            N(side),
            $"the largest instance reaches {N(reach)} pixels from its center; with room for "
                + $"rotation and enlarging, in multiples of the stride."
        );
        return WithTraining(options with { CropSize = side }, labels.Instances.Count, (double)side * side);
    }

    /// <summary>Returns the crop side that every instance fits into.</summary>
    public int CropSide(string? anchor) =>
        new CenteredInstanceOptions
        {
            AnchorPart = anchor,
            Backbone = Backbone(1),
            Augmentation = Augmentation(),
        }
            .CompletedBy(new PoseSubject(labels.Skeleton, []), labels.Rows)
            .CropSize!.Value;

    /// <summary>Returns the number of instances in a frame.</summary>
    public int MaxInstances()
    {
        AddReason(
            "MaxInstances",
            N(labels.MostInAFrame),
            $"no labeled frame has more than {labels.MostInAFrame}; null where a video may have more."
        );
        return labels.MostInAFrame;
    }

    private TOptions WithNetwork<TOptions>(TOptions options, float scale)
        where TOptions : NetworkOptions
    {
        var (sigma, backbone, augmentation) = (Sigma(scale), Backbone(scale), Augmentation());
        var (size, field) = (labels.Side(0.9) * scale, NetworkSize.ReceptiveField(backbone));
        AddReason(
            "Backbone.Filters",
            N(backbone.Filters),
            backbone.Filters == 16
                ? "enough for one kind of recording, and "
                    + "there is no GPU here; 32 are slower and a little more exact."
                : "as sleap-nn has it; a GPU takes it easily."
        );
        AddReason(
            "Backbone.MaxStride",
            N(backbone.MaxStride),
            $"the network sees {field} pixels around each cell of its "
                + $"deepest map, and nine of ten instances are at most {N(size)} long in its input."
        );
        AddReason(
            "Backbone.OutputStride",
            N(backbone.OutputStride),
            "maps of half the size: places between their cells are fitted."
        );
        AddReason(
            "Backbone.InChannels",
            N(backbone.InChannels),
            backbone.InChannels == 3 ? "color may tell the animals apart." : "gray: shape is enough."
        );
        AddReason("Augmentation.RotationMin", N(augmentation.RotationMin), RotationReason());
        AddReason("Augmentation.RotationMax", N(augmentation.RotationMax), "the same to the other side.");
        return (TOptions)(
            options with
            {
                Scale = scale,
                Sigma = sigma,
                Backbone = backbone,
                Augmentation = augmentation,
                Columns = columns,
            }
        );
    }

    private TOptions WithTraining<TOptions>(TOptions options, int samples, double pixels)
        where TOptions : NetworkOptions
    {
        var frames = pixels > 1_000_000 ? 2 : 4;
        var (tiles, batch) = TilesFor(options, pixels, frames);
        AddReason(
            "Training.BatchSize",
            N(batch),
            tiles is null
                ? $"the network input has {N(pixels / 1000)} thousand pixels."
                : $"tiles, of about half of the pixels of {frames} frames."
        );
        var once = (samples + frames - 1) / frames;
        var steps = Math.Clamp(once, MinSteps, MaxSteps);
        AddReason(
            "Training.StepsPerEpoch",
            N(steps),
            steps == once
                ? $"as many as it takes to see each of the {samples} samples once."
                : $"{samples} samples make {once}; "
                    + $"{(once < steps ? "validating would take longer than training" : "so validation comes more often")}."
        );
        var measured = type switch
        {
            ModelType.Centroid => MeasuredCentroidSteps,
            ModelType.BottomUp or ModelType.BottomUpId => MeasuredBottomUpSteps,
            _ => MeasuredSteps,
        };
        var epochs = Math.Min(MaxEpochs, (Math.Max(measured, Passes * once) + steps - 1) / steps);
        AddReason(
            "Training.Epochs",
            N(epochs),
            $"{epochs * steps} steps{(Passes * once <= measured ? ", as of the models in docs/training.md" : "")}; with a third "
                + "of them it is less exact and takes a third of the time, and the best weights are kept."
        );
        return (TOptions)(
            options with
            {
                Training = new()
                {
                    Tiles = tiles,
                    BatchSize = batch,
                    StepsPerEpoch = steps,
                    Epochs = epochs,
                },
            }
        );
    }

    // A network of several animals learns more from many small parts of frames than from a few whole frames, most of
    // which is background.
    private (TrainingTileOptions? Tiles, int Batch) TilesFor(NetworkOptions options, double pixels, int frames)
    {
        if (type is not (ModelType.BottomUp or ModelType.BottomUpId))
            return (null, frames);
        var length = labels.Side(0.9) * options.Scale;
        var tiles = new TrainingTileOptions().CompletedBy(length, options.Backbone.Strides()[^1]);
        var area = (double)tiles.Size!.Value * tiles.Size.Value;
        if (pixels < MinTilesOfFrame * area)
            return (null, frames);
        AddReason(
            "Training.Tiles.Size",
            N(tiles.Size.Value),
            $"nine of ten instances are at most {N(length)} pixels long in the network input, which has "
                + $"{N(pixels / area)} times as many pixels as a tile."
        );
        return (tiles, Math.Clamp((int)(frames * pixels / 2 / area) / 4 * 4, 4, MaxTiles));
    }

    private float WholeScale()
    {
        var (size, scale) = (
            labels.Side(0.5),
            LargestFrame > 2048 ? 0.25f
            : LargestFrame > 1024 ? 0.5f
            : 1
        );
        while (scale > 0.25f && size * scale / 2 >= EnoughForNodes)
            scale /= 2;
        while (scale < 1 && size > 0 && size * scale < EnoughForNodes / 2)
            scale *= 2;
        AddReason(
            "Scale",
            F(scale),
            $"instances are about {N(size)} pixels long in frames of {frame.Width} × "
                + $"{frame.Height}; {N(size * scale)} of them are "
                + $"enough{(scale < 1 ? $", in {N(1 / (scale * scale))} times less time" : "")}."
        );
        return scale;
    }

    private float CenterScale()
    {
        var (size, scale) = (labels.Side(0.5), 0.5f);
        if (size * 0.25f >= EnoughForCenters)
            scale = 0.25f;
        if (size > 0 && size * scale < EnoughForCenters / 2)
            scale = 1;
        if (labels.Skeleton.Nodes.Length == 1)
            scale = LargestFrame > 1024 ? 0.5f : 1;
        AddReason(
            "Scale",
            F(scale),
            size > 0
                ? $"{N(size * scale)} pixels of an instance's {N(size)} are enough to find its center."
                : $"frames are {frame.Width} × {frame.Height} pixels, and the size of the instances is not known."
        );
        return scale;
    }

    private UNetOptions Backbone(float scale)
    {
        var size = labels.Side(0.9) * scale;
        // The class of an instance can depend on its color; its nodes depend only on its shape.
        var color = type is ModelType.TopDownId or ModelType.BottomUpId && frame.Channels == 3;
        var backbone = new UNetOptions
        {
            OutputStride = 2,
            MaxStride = 16,
            InChannels = color ? 3 : 1,
            Filters = TorchDevice.Of("auto").type == DeviceType.CPU ? 16 : 32,
        };
        // Twice the instance: which end is the head shows in the whole of it. Beyond a stride of 32 the deepest map has
        // few cells, so that there the instance itself is enough.
        while (
            backbone.MaxStride < 64 && NetworkSize.ReceptiveField(backbone) < (backbone.MaxStride < 32 ? 2 : 1) * size
        )
        {
            backbone = backbone with { MaxStride = 2 * backbone.MaxStride };
        }

        return backbone;
    }

    private float Sigma(float scale)
    {
        var (size, isSingle) = (labels.Side(0.5) * scale, type is ModelType.SingleInstance);
        var sigma =
            !isSingle || size < EnoughForNodes ? 2.5f
            : size < 150 ? 3.5f
            : 5;
        AddReason(
            "Sigma",
            F(sigma),
            isSingle
                ? $"cells of 2 pixels: {N(2 * sigma)} pixels for an instance of about {N(size)}; wider learns faster, "
                    + $"narrower is sharper."
                : "narrow, so that the peaks of instances side by side stay apart."
        );
        return sigma;
    }

    // Instances filmed from the side are never upside down.
    private AugmentationOptions Augmentation() =>
        labels.Directions() >= ManyDirections ? new() { RotationMin = -180, RotationMax = 180 } : new();

    private string RotationReason() =>
        labels.Directions() switch
        {
            0 => "with one node the direction of an instance is not known.",
            >= ManyDirections and var many =>
                $"degrees: instances point in {many} of 12 directions, as they do filmed from above.",
            var few => $"degrees: instances point in {few} of 12 directions; where they are filmed from above, ±180 is "
                + $"better.",
        };

    private void AddReason(string option, string value, string reason) =>
        reasons.Add(new(ModelTypes.NameOf(type), option, value, reason));

    private static string N(double value) => value.ToString("0", CultureInfo.InvariantCulture);

    private static string F(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
