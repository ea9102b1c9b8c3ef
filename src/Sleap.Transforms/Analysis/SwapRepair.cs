using System.Collections.Immutable;
using Microsoft.ML;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Options of <see cref="AnalysisCatalog.RepairSwaps"/>: when two symmetric nodes are exchanged.</summary>
public sealed record SwapRepairOptions : AnalysisOptions
{
    /// <summary>
    /// Two nodes are exchanged where that makes the sum of the distances that they moved shorter by more than this; 0
    /// or more, in pixels. Default 5.
    /// </summary>
    public double MinGain { get; init; } = 5;

    /// <summary>
    /// For how many frames the last position of a node is used, at least 1. Nodes are exchanged only where the last
    /// positions of both are that new. Default 10.
    /// </summary>
    public int ForgetAfter { get; init; } = 10;

    /// <summary>Output: the keypoints. Null (default) replaces the input column.</summary>
    public string? OutputColumn { get; init; }

    internal override string Component => "RepairSwaps";

    internal override IReadOnlyList<AnalysisOutput> OutputsFor(string inputColumn, InstanceColumn? input) =>
        [new(OutputColumn ?? inputColumn, OutputKind.AsInput)];

    internal override AnalysisComputation CreateComputation(InstanceColumn input)
    {
        var skeleton = input.Skeleton;
        return skeleton.Symmetries.IsEmpty
            ? throw new ArgumentException(
                $"{NoSymmetries(input.Column.Name)} It has: {string.Join(", ", skeleton.Nodes)}."
            )
            : new SwapRepairComputation(this, skeleton.Symmetries);
    }

    internal override void CheckShape(SchemaShape.Column input)
    {
        if (!input.Annotations.Any(annotation => annotation.Name == SkeletonAnnotations.SymmetriesKind))
            throw new ArgumentException(NoSymmetries(input.Name));
    }

    private protected override void AddFaults(OptionFaults faults) =>
        faults
            .NotNegative(nameof(MinGain), MinGain)
            .AtLeast(nameof(ForgetAfter), ForgetAfter, 1)
            .OutputName(OutputColumn);

    private string NoSymmetries(string column) => $"{Component}: the skeleton of '{column}' names no symmetric nodes.";
}

/// <summary>Exchanges two symmetric nodes where that shortens the distance that they moved.</summary>
internal sealed class SwapRepairComputation(SwapRepairOptions options, ImmutableArray<Symmetry> symmetries)
    : AnalysisComputation
{
    private readonly TrackStates<LastPositions> _tracks = new();

    public override void Compute(AnalysisWindow window, IReadOnlyList<float[]> outputs)
    {
        var row = window.Row;
        row.Values.CopyTo(outputs[0], 0);
        for (var instance = 0; instance < row.Count; instance++)
        {
            var last = _tracks.Of(row, instance);
            var points = outputs[0].AsSpan(instance * row.Width, row.Width);
            foreach (var pair in symmetries)
            {
                Vector2D first = Vector2D.Of(points, pair.First),
                    second = Vector2D.Of(points, pair.Second);
                if (Gain(last, pair, first, second, row.FrameIndex) > options.MinGain)
                {
                    (first, second) = (second, first);
                    first.CopyTo(points, pair.First);
                    second.CopyTo(points, pair.Second);
                }
                if (first.IsVisible)
                    last.Keep(pair.First, row.FrameIndex, first);
                if (second.IsVisible)
                    last.Keep(pair.Second, row.FrameIndex, second);
            }
        }
    }

    /// <summary>
    /// By how much the distance moved is shorter when exchanged; null where a last position is unknown. A missing node
    /// adds nothing to it.
    /// </summary>
    private double? Gain(LastPositions last, Symmetry pair, Vector2D first, Vector2D second, int frame)
    {
        if (
            last.Of(pair.First, frame, options.ForgetAfter) is not { } lastFirst
            || last.Of(pair.Second, frame, options.ForgetAfter) is not { } lastSecond
        )
        {
            return null;
        }

        return Gain(first, second, lastFirst.Position, lastSecond.Position);
    }

    /// <summary>By how many pixels two nodes moved less if they are exchanged. A missing node adds nothing.</summary>
    internal static double Gain(Vector2D first, Vector2D second, Vector2D lastFirst, Vector2D lastSecond) =>
        Distance(first, lastFirst)
        + Distance(second, lastSecond)
        - Distance(second, lastFirst)
        - Distance(first, lastSecond);

    private static double Distance(Vector2D now, Vector2D before) => now.IsVisible ? (now - before).Length : 0;
}
