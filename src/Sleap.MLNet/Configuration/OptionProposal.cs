using System.Globalization;
using TorchSharp;

namespace Sleap.MLNet;

/// <summary>Makes options of what labels say. Type, scale, batch and rotation follow sleap-nn's generator; what was measured on this library's examples goes before it.</summary>
internal sealed class OptionProposal
{
    // An animal of so many pixels in the network input is large enough for its nodes, a centre needs less.
    private const float EnoughForNodes = 50, EnoughForCentres = 20;
    private const int LeastSteps = 20, MostSteps = 100, ManyDirections = 8;
    private readonly LabelledRows _rows;
    private readonly LabelStatistics _labels;
    private readonly (int Height, int Width) _frame;
    private readonly Sleap.Transforms.PoseColumnOptions _columns;
    private readonly List<OptionReason> _reasons = [];

    /// <param name="rows">The labels.</param>
    /// <param name="frame">Size of the frames.</param>
    /// <param name="columns">Names of the columns.</param>
    public OptionProposal(LabelledRows rows, (int Height, int Width) frame, Sleap.Transforms.PoseColumnOptions columns)
    {
        (_rows, _frame, _columns) = (rows, frame, columns);
        _labels = new LabelStatistics(rows.Rows, rows.Skeleton);
    }

    public AutoOptions Make()
    {
        var type = Type();
        var proposal = new AutoOptions(new PoseSubject(_rows.Skeleton, []), _frame, _reasons);
        return type switch
        {
            ModelType.SingleInstance => proposal with { SingleInstance = Common(new SingleInstanceOptions(), "single_instance", WholeScale("single_instance"), LargestFrame) },
            ModelType.Centroid => proposal with { Centroid = Common(new CentroidOptions(), "centroid", CentreScale(), LargestFrame) },
            ModelType.BottomUp => proposal with { BottomUp = Common(new BottomUpOptions(), "bottomup", WholeScale("bottomup"), LargestFrame) },
            _ => proposal with { TopDown = TopDown() },
        };
    }

    private int LargestFrame => Math.Max(_frame.Height, _frame.Width);

    private ModelType Type()
    {
        var (most, nodes, share) = (_labels.MostInAFrame, _rows.Skeleton.Nodes.Length, _labels.Side(0.5) / LargestFrame);
        // Names are worth a model of their own only where animals look different, which labels do not tell.
        var named = _rows.Tracks.Count > 1 && most > 1 ? $" If animals look different and their names matter ({string.Join(", ", _rows.Tracks.Take(3))}), take the ID type of it." : "";
        var (type, name, reason) = (most, nodes, share, _rows.Skeleton.Edges.Length) switch
        {
            ( <= 1, _, _, _) => (ModelType.SingleInstance, "single-instance", "no labelled frame has more than one animal."),
            (_, 1, _, _) => (ModelType.Centroid, "centroid", $"up to {most} animals in a frame, of one node each: their centres are all there is to find."),
            (_, _, < 0.2f, _) => (ModelType.CenteredInstance, "top-down", $"up to {most} animals in a frame, each about {P(share)} of its length: crops show them larger."),
            (_, _, _, 0) => (ModelType.CenteredInstance, "top-down", $"up to {most} animals in a frame, and a skeleton without edges, along which a bottom-up model would connect nodes."),
            _ => (ModelType.BottomUp, "bottom-up", $"up to {most} animals in a frame, each about {P(share)} of its length: they overlap often, and all nodes at once cost less than crops of that size."),
        };
        Say("", "type", name, reason + named);
        return type;
    }

    private TopDownOptions TopDown()
    {
        var anchor = default(string);
        if (_labels.MiddleNode() is { Distance: < 0.25 } middle)
        {
            anchor = _rows.Skeleton.Nodes[middle.Node];
            Say("", "AnchorPart", anchor, $"it is seen in {P(middle.Seen)} of the animals and lies nearest to their middle.");
        }
        else Say("", "AnchorPart", "null", "no node is nearly always seen and near the animals' middle: the mean of the visible nodes is taken.");
        var centroid = Common(new CentroidOptions(), "centroid", CentreScale(), LargestFrame);
        var crops = (new CenteredInstanceOptions { AnchorPart = anchor, Backbone = Backbone("centered_instance", 1), Augmentation = Augmentation(say: false) }).Completed(new PoseSubject(_rows.Skeleton, []), _rows.Rows);
        Say("centered_instance", "Scale", "1", "crops are small already.");
        Say("centered_instance", "CropSize", N(crops.CropSize!.Value), $"the largest animal reaches {N(_labels.CropSides(InstanceCentroids.AnchorOf(anchor, _rows.Skeleton)).Where(float.IsFinite).Max() / 2)} pixels from its centre; with room for turning and enlarging, in multiples of the stride.");
        _reasons.RemoveAll(reason => reason is { Network: "centered_instance", Option: "Backbone" or "Filters" });
        var centered = Common(crops, "centered_instance", 1, crops.CropSize.Value);
        return new TopDownOptions { AnchorPart = anchor, Columns = _columns, Centroid = centroid with { AnchorPart = anchor }, CenteredInstance = centered };
    }

    private TOptions Common<TOptions>(TOptions options, string network, float scale, int side)
        where TOptions : PoseModelOptions
    {
        var batch = Batch(network, options is CenteredInstanceOptions ? (double)side * side : _frame.Height * (double)_frame.Width * scale * scale);
        return (TOptions)(options with
        {
            Backbone = Backbone(network, scale),
            Scale = scale,
            Sigma = Sigma(options, network, scale),
            Augmentation = Augmentation(say: network is not "centered_instance"),
            Columns = _columns,
            Training = new() { BatchSize = batch, StepsPerEpoch = Steps(network, options is CenteredInstanceOptions ? _labels.Animals.Count : _rows.Rows.Count, batch) },
        });
    }

    private float WholeScale(string network)
    {
        var (size, scale) = (_labels.Side(0.5), LargestFrame > 2048 ? 0.25f : LargestFrame > 1024 ? 0.5f : 1);
        while (scale > 0.25f && size * scale / 2 >= EnoughForNodes) scale /= 2;
        while (scale < 1 && size > 0 && size * scale < EnoughForNodes / 2) scale *= 2;
        Say(network, "Scale", F(scale), $"animals are about {N(size)} pixels long in frames of {_frame.Width} × {_frame.Height}; {N(size * scale)} of them are enough{(scale < 1 ? $", in {N(1 / (scale * scale))} times less time" : "")}.");
        return scale;
    }

    private float CentreScale()
    {
        var (size, scale) = (_labels.Side(0.5), 0.5f);
        if (size * 0.25f >= EnoughForCentres) scale = 0.25f;
        if (size > 0 && size * scale < EnoughForCentres / 2) scale = 1;
        if (_rows.Skeleton.Nodes.Length == 1) scale = LargestFrame > 1024 ? 0.5f : 1;
        Say("centroid", "Scale", F(scale), size > 0 ? $"{N(size * scale)} pixels of an animal's {N(size)} are enough to find its centre." : $"frames are {_frame.Width} × {_frame.Height} pixels, and what size the animals have is not known.");
        return scale;
    }

    private UNetOptions Backbone(string network, float scale)
    {
        var size = _labels.Side(0.9) * scale;
        var backbone = new UNetOptions { OutputStride = 2, MaxStride = 16, Filters = TorchDevice.Of("auto").type == DeviceType.CPU ? 16 : 32 };
        while (backbone.MaxStride < 64 && NetworkSize.ReceptiveField(backbone) < size) backbone = backbone with { MaxStride = 2 * backbone.MaxStride };
        Say(network, "Backbone", $"UNet, MaxStride {backbone.MaxStride}", $"it sees {NetworkSize.ReceptiveField(backbone)} pixels around each, and nine of ten animals are at most {N(size)} long in the network input.");
        Say(network, "Filters", N(backbone.Filters), backbone.Filters == 16 ? "enough for one kind of recording, and there is no GPU here; 32 are slower and a little more exact." : "as sleap-nn has it; a GPU takes it easily.");
        return backbone;
    }

    private float Sigma(PoseModelOptions options, string network, float scale)
    {
        var size = _labels.Side(0.5) * scale;
        var sigma = options is SingleInstanceOptions ? size < EnoughForNodes ? 2.5f : size < 150 ? 3.5f : 5 : 2.5f;
        Say(network, "Sigma", F(sigma), options is SingleInstanceOptions
            ? $"cells of 2 pixels: {N(2 * sigma)} pixels for an animal of about {N(size)}; wider learns faster, narrower is sharper."
            : "narrow, so that the peaks of animals side by side stay apart.");
        return sigma;
    }

    private AugmentationOptions Augmentation(bool say)
    {
        var directions = _labels.Directions();
        // One that is seen from the side is never upside down.
        var all = directions >= ManyDirections;
        if (say && !_reasons.Exists(reason => reason.Option == "Rotation"))
        {
            Say("", "Rotation", all ? "±180°" : "±15°", directions == 0
                ? "with one node the direction of an animal is not known."
                : $"animals look in {directions} of 12 directions{(all ? ", as they do filmed from above" : "; where they are filmed from above, ±180° is better")}.");
        }
        return all ? new() { RotationMin = -180, RotationMax = 180 } : new();
    }

    private int Batch(string network, double pixels)
    {
        var batch = pixels > 1_000_000 ? 2 : 4;
        Say(network, "BatchSize", N(batch), $"the network input has {N(pixels / 1000)} thousand pixels.");
        return batch;
    }

    private int Steps(string network, int samples, int batch)
    {
        var once = (samples + batch - 1) / batch;
        var steps = Math.Clamp(once, LeastSteps, MostSteps);
        Say(network, "StepsPerEpoch", N(steps), steps == once
            ? $"as many as it takes to see each of the {samples} samples once."
            : $"{samples} samples make {once}; {(once < steps ? "the 100 epochs would be over too early" : $"100 epochs of {steps} are enough, and validation comes more often")}.");
        return steps;
    }

    private void Say(string network, string option, string value, string reason) => _reasons.Add(new(network, option, value, reason));

    private static string N(double value) => value.ToString("0", CultureInfo.InvariantCulture);

    private static string F(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string P(double share) => (100 * share).ToString("0", CultureInfo.InvariantCulture) + " %";
}
