namespace Sleap.Transforms;

/// <summary>Keeps the keypoints that are near enough to where they were last kept.</summary>
internal sealed class JumpFilterComputation(JumpFilterOptions options) : AnalysisComputation
{
    private readonly TrackStates<LastPlaces> _tracks = new();

    public override void Compute(PoseWindow window, IReadOnlyList<float[]> outputs)
    {
        var row = window.Row;
        for (var animal = 0; animal < row.Count; animal++)
        {
            var last = _tracks.Of(row, animal);
            for (var node = 0; node < row.Width / 2; node++)
            {
                var place = Place.Of(row.Of(animal), node);
                if (!place.IsVisible)
                    continue;
                if (
                    last.Of(node, row.FrameIndex, options.ForgetAfter) is { } kept
                    && (place - kept.Place).Length > options.MaxJump * Math.Max(1, row.FrameIndex - kept.Frame)
                )
                {
                    continue;
                }

                last.Keep(node, row.FrameIndex, place);
                place.CopyTo(outputs[0].AsSpan(animal * row.Width, row.Width), node);
            }
        }
    }
}
