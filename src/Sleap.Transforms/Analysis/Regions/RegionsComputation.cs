namespace Sleap.Transforms;

/// <summary>Where each animal is, and sums over its time in the video.</summary>
internal sealed class RegionsComputation(RegionsOptions options, int node) : AnalysisComputation
{
    private readonly TrackStates<Memory> _tracks = new();
    private (int Segment, int Frame)? _start;

    public override void Compute(PoseWindow window, IReadOnlyList<float[]> outputs)
    {
        var row = window.Row;
        var regions = options.Regions.Count;
        if (_start?.Segment != row.Segment)
            _start = (row.Segment, row.FrameIndex);
        Array.Clear(outputs[4]);
        for (var animal = 0; animal < row.Count; animal++)
        {
            var memory = _tracks.Of(row, animal);
            memory.Stays ??= new Stay[regions];
            var place = Place.NodeOrCentroid(row.Of(animal), node);
            for (var region = 0; region < regions; region++)
            {
                ref var stay = ref memory.Stays[region];
                if (place.IsVisible)
                {
                    var inside = options.Regions[region].Contains(place.X, place.Y);
                    Update(ref stay, inside, row.FrameIndex);
                    outputs[0][(animal * regions) + region] = inside ? 1 : 0;
                    outputs[4][region] += inside ? 1 : 0;
                }
                outputs[1][(animal * regions) + region] = stay.Entries;
                outputs[2][(animal * regions) + region] = (float)(stay.Frames / options.FramesPerSecond);
                if (stay.Entries > 0)
                {
                    outputs[3][(animal * regions) + region] = (float)(
                        (stay.FirstEntry - _start!.Value.Frame) / options.FramesPerSecond
                    );
                }
            }
        }
    }

    private static void Update(ref Stay stay, bool inside, int frame)
    {
        if (inside && !stay.IsInside)
        {
            if (stay.Entries == 0)
                stay.FirstEntry = frame;
            stay.Entries++;
        }
        if (inside)
            stay.Frames++;
        stay.IsInside = inside;
    }

    private record struct Stay(bool IsInside, int Entries, int Frames, int FirstEntry);

    private sealed class Memory
    {
        public Stay[]? Stays { get; set; }
    }
}
