using System.Collections.Immutable;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Exchanges two symmetric nodes where that makes their way from the frame before shorter.</summary>
internal sealed class SwapRepairComputation(SwapRepairOptions options, ImmutableArray<Symmetry> symmetries)
    : AnalysisComputation
{
    private readonly TrackStates<LastPlaces> _tracks = new();

    public override void Compute(PoseWindow window, IReadOnlyList<float[]> outputs)
    {
        var row = window.Row;
        row.Values.CopyTo(outputs[0], 0);
        for (var animal = 0; animal < row.Count; animal++)
        {
            var last = _tracks.Of(row, animal);
            var points = outputs[0].AsSpan(animal * row.Width, row.Width);
            foreach (var pair in symmetries)
            {
                Place first = Place.Of(points, pair.First),
                    second = Place.Of(points, pair.Second);
                if (Gain(last, pair, first, second, row.FrameIndex) is { } gain && gain > options.MinGain)
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
    /// By how much the way is shorter when exchanged. A node that is missing has no way: then the other one's alone
    /// counts.
    /// </summary>
    private double? Gain(LastPlaces last, Symmetry pair, Place first, Place second, int frame)
    {
        if (
            last.Of(pair.First, frame, options.ForgetAfter) is not { } wasFirst
            || last.Of(pair.Second, frame, options.ForgetAfter) is not { } wasSecond
        )
        {
            return null;
        }

        return Way(first, wasFirst.Place)
            + Way(second, wasSecond.Place)
            - Way(second, wasFirst.Place)
            - Way(first, wasSecond.Place);
    }

    private static double Way(Place now, Place before) => now.IsVisible ? (now - before).Length : 0;
}
