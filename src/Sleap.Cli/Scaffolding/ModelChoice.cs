using System.Globalization;
using Sleap.MLNet;

namespace Sleap.Cli;

/// <summary>A model type and its options for one set of labels, and why each was chosen. The reasons have the options' names, dotted: <c>Training.Epochs</c>.</summary>
internal sealed record ModelChoice(string Type, string TypeReason, object Options, IReadOnlyList<(string Option, string Reason)> Reasons)
{
    private const int ManyNodes = 8, LeastCentroidLength = 20, BatchSize = 4;

    public static IReadOnlyList<string> Types { get; } = ["single-instance", "top-down", "bottom-up", "top-down-id", "bottom-up-id"];

    /// <summary>The networks of the model as sleap-nn has them: their type, their options, and the head that names animals in crops.</summary>
    public IReadOnlyList<(ModelType Type, PoseModelOptions Options, ClassVectorOptions? ClassVectors)> Stages => Options switch
    {
        TopDownOptions o => [(ModelType.Centroid, o.Shared().Centroid, null), (ModelType.CenteredInstance, o.Shared().CenteredInstance, null)],
        TopDownIdOptions o => [(ModelType.Centroid, o.Stages().Centroid, null), (ModelType.TopDownId, o.Stages().CenteredInstance, o.ClassVectors)],
        BottomUpOptions o => [(ModelType.BottomUp, o, null)],
        BottomUpIdOptions o => [(ModelType.BottomUpId, o, null)],
        _ => [(ModelType.SingleInstance, (SingleInstanceOptions)Options, null)],
    };

    /// <summary>Chooses.</summary>
    /// <param name="facts">The labels in numbers.</param>
    /// <param name="type">A type that was asked for; null to choose one.</param>
    /// <exception cref="ArgumentException">The labels cannot train the type that was asked for.</exception>
    public static ModelChoice For(LabelFacts facts, string? type)
    {
        var (chosen, why) = type is null ? TypeFor(facts) : (type, "you asked for it with --type");
        if (Fault(facts, chosen) is { } fault) throw new ArgumentException($"--type {chosen}: {fault}");
        List<(string, string)> reasons = [];
        object options = chosen switch
        {
            "top-down" => TwoStages(facts, reasons, identities: false, (centroid, centered) => new TopDownOptions { AnchorPart = facts.Anchor, Centroid = centroid, CenteredInstance = centered }),
            "top-down-id" => TwoStages(facts, reasons, identities: true, (centroid, centered) => new TopDownIdOptions { AnchorPart = facts.Anchor, Classes = facts.Tracks, Centroid = centroid, CenteredInstance = centered }),
            "bottom-up" => BottomUp(facts, reasons),
            "bottom-up-id" => Network(new BottomUpIdOptions { Classes = Classes(facts, reasons) }, facts, "", ScaleFor(facts.Length, LeastLength(facts)), 1500, colour: true, reasons),
            _ => Network(new SingleInstanceOptions(), facts, "", ScaleFor(facts.Length, LeastLength(facts)), 800, colour: false, reasons),
        };
        return new(chosen, why, options, reasons);
    }

    private static (string, string) TypeFor(LabelFacts facts)
    {
        if (facts.MostAnimals == 1) return ("single-instance", "no labelled frame has more than one animal");
        var overlapping = Text($"{facts.Overlapping:0%} of the animals lie over another one");
        if (facts.Overlapping <= 0.25) return ("top-down", $"up to {facts.MostAnimals} animals in a frame, and {overlapping}: a crop holds one of them");
        return facts.Skeleton.Edges.Length > 0
            ? ("bottom-up", $"up to {facts.MostAnimals} animals in a frame, and {overlapping}: crops would hold parts of two")
            : ("top-down", $"up to {facts.MostAnimals} animals in a frame; {overlapping}, but the skeleton has no edges, which bottom-up needs");
    }

    private static string? Fault(LabelFacts facts, string type) => type switch
    {
        "single-instance" when facts.MostAnimals > 1 => $"the labels have up to {facts.MostAnimals} animals in a frame. Use top-down or bottom-up.",
        "bottom-up" when facts.Skeleton.Edges.Length == 0 => "the skeleton has no edges, along which a bottom-up model connects nodes. Use top-down, or add edges.",
        "top-down-id" or "bottom-up-id" when facts.Tracks.Count == 0 => "no animal of the labels has a track, whose names are what an ID model learns. Use top-down or bottom-up.",
        _ => null,
    };

    private static BottomUpOptions BottomUp(LabelFacts facts, List<(string, string)> reasons)
    {
        reasons.Add(("MaxInstances", $"no labelled frame has more than {facts.MostAnimals}"));
        return Network(new BottomUpOptions { MaxInstances = facts.MostAnimals }, facts, "", ScaleFor(facts.Length, LeastLength(facts)), 1500, colour: false, reasons);
    }

    private static T TwoStages<T>(LabelFacts facts, List<(string, string)> reasons, bool identities, Func<CentroidOptions, CenteredInstanceOptions, T> together)
    {
        reasons.Add(("AnchorPart", facts.Anchor is null ? "no node is visible in 95% of the animals: the mean of the visible ones is the centre" : "of the nodes that are nearly always visible the one nearest to the animal's middle"));
        if (identities) Classes(facts, reasons);
        reasons.Add(("Centroid.MaxInstances", $"no labelled frame has more than {facts.MostAnimals}"));
        var centroid = Network(new CentroidOptions { MaxInstances = facts.MostAnimals }, facts, "Centroid.", ScaleFor(facts.Length, LeastCentroidLength), 600, colour: false, reasons);
        reasons.Add(("CenteredInstance.CropSize", Text($"null: as the largest labelled animal needs it turned any way; its box has a diagonal of {facts.LargestLength:0} px")));
        var centered = Network(new CenteredInstanceOptions(), facts, "CenteredInstance.", ScaleFor(facts.Length, LeastLength(facts)), 1500, colour: identities, reasons);
        return together(centroid, centered);
    }

    private static IReadOnlyList<string> Classes(LabelFacts facts, List<(string, string)> reasons)
    {
        reasons.Add(("Classes", "the tracks of the labels; they must be the animals' names, not numbers that a tracker gave"));
        return facts.Tracks;
    }

    private static TOptions Network<TOptions>(TOptions options, LabelFacts facts, string prefix, float scale, int steps, bool colour, List<(string, string)> reasons)
        where TOptions : PoseModelOptions
    {
        void Because(string option, string reason) => reasons.Add((prefix + option, reason));
        var isCentroid = options is CentroidOptions;
        var channels = colour && facts.Shape is { Channels: 3 } ? 3 : 1;
        var length = facts.Length * scale;
        var sigma = isCentroid ? 2.5f : (float)Math.Clamp(Math.Round(length / 10) / 2, 2.5, 5);
        var rotation = facts.Alignment < 0.9 ? 180 : 15;
        var samples = Math.Max(1, (int)(0.8 * 0.9 * (options is CenteredInstanceOptions ? facts.Animals : facts.Frames)));
        var perEpoch = Math.Clamp((samples + BatchSize - 1) / BatchSize, 20, 100);
        var filters = isCentroid || facts.Skeleton.Nodes.Length <= ManyNodes ? 16 : 32;
        var stride = length > 100 ? 32 : 16;
        Because("Scale", Text($"an animal is about {facts.Length:0} px long and {length:0} px of it reach the network; {(isCentroid ? $"its centre is found from {LeastCentroidLength}" : $"{LeastLength(facts)} are enough for {facts.Skeleton.Nodes.Length} nodes")}, and half the size is 4 times as fast"));
        Because("Sigma", isCentroid ? "one spot an animal: a small one" : Text($"about a tenth of an animal, which is {length / 2:0} cells of the map long; smaller is sharper and learns more slowly"));
        Because("Backbone.Filters", isCentroid ? "a centre is easy to see" : filters == 16 ? $"{facts.Skeleton.Nodes.Length} nodes: a small network does, and is quick without a GPU" : $"{facts.Skeleton.Nodes.Length} nodes to tell apart");
        Because("Backbone.MaxStride", Text($"the deepest layer should see a whole animal, {length:0} px"));
        Because("Backbone.OutputStride", "maps of half the size: places between their cells are fitted");
        Because("Backbone.InChannels", channels == 3 ? "colour may tell the animals apart" : "shape is enough: gray");
        Because("Augmentation.RotationMin", Text($"the animals face {(rotation == 180 ? "many ways" : "the same way")} (alignment {facts.Alignment:0.00} of 1)"));
        Because("Augmentation.RotationMax", "the same to the other side");
        Because("Training.BatchSize", "what an ordinary computer's memory holds");
        Because("Training.StepsPerEpoch", $"about {samples} {(options is CenteredInstanceOptions ? "animals" : "frames")} to train on, {BatchSize} a step; never fewer than 20 steps, so that validating does not take longer than training");
        Because("Training.Epochs", $"about {steps} steps; more is better and takes longer, and the best weights are kept");
        Because("Training.Progress", "a bar with the time left");
        return (TOptions)(options with
        {
            Scale = scale,
            Sigma = sigma,
            Backbone = new UNetOptions { Filters = filters, MaxStride = stride, OutputStride = 2, InChannels = channels },
            Augmentation = new() { RotationMin = -rotation, RotationMax = rotation },
            Training = new() { BatchSize = BatchSize, StepsPerEpoch = perEpoch, Epochs = (steps + perEpoch - 1) / perEpoch, Progress = new ConsoleTrainingProgress() },
        });
    }

    // Many nodes lie close together, and more of the animal must be seen to tell them apart.
    private static int LeastLength(LabelFacts facts) => facts.Skeleton.Nodes.Length > ManyNodes ? 100 : 50;

    /// <summary>The smallest of 1, 1/2, 1/4 and 1/8 that leaves an animal as long as it must be.</summary>
    private static float ScaleFor(double length, int least) => new[] { 0.125f, 0.25f, 0.5f }.Where(scale => length * scale >= least).DefaultIfEmpty(1).First();

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
