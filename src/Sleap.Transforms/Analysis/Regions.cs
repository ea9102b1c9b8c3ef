namespace Sleap.Transforms;

/// <summary>Options of <see cref="AnalysisCatalog.InRegions"/>: the regions, and what must be inside.</summary>
public sealed record RegionsOptions : AnalysisOptions
{
    /// <summary>
    /// The regions, one at least, of different names; they may overlap. See <see cref="Region.Load"/> for a file of
    /// them.
    /// </summary>
    public required IReadOnlyList<Region> Regions { get; init; }

    /// <summary>The node that must be inside. Default null: the centroid, the mean of the visible nodes.</summary>
    public string? Node { get; init; }

    /// <summary>Frames in a second, more than 0. Default 1: times are frames.</summary>
    public double FramesPerSecond { get; init; } = 1;

    /// <summary>
    /// Output: 1 inside, 0 outside, NaN where the position is missing; instances × regions. Default "InRegion".
    /// </summary>
    public string Inside { get; init; } = "InRegion";

    /// <summary>
    /// Output: how often the region was entered so far, 0 or more; instances × regions. Being inside when first seen is
    /// an entry. Default "RegionEntries".
    /// </summary>
    public string Entries { get; init; } = "RegionEntries";

    /// <summary>
    /// Output: time inside so far, this frame included; instances × regions. It is the number of frames in which the
    /// instance was seen inside, divided by <see cref="FramesPerSecond"/>. Default "RegionDwell".
    /// </summary>
    public string Dwell { get; init; } = "RegionDwell";

    /// <summary>
    /// Output: time from the first row of the video to the first entry, in seconds or frames; instances × regions; NaN
    /// before the first entry. Default "RegionLatency".
    /// </summary>
    public string Latency { get; init; } = "RegionLatency";

    /// <summary>
    /// Output: how many instances are inside each region, 0 or more; one vector of the length regions for each row.
    /// Default "RegionOccupants".
    /// </summary>
    public string Occupants { get; init; } = "RegionOccupants";

    internal override string Component => "InRegions";

    // In the order of RegionsComputation.
    internal override IReadOnlyList<AnalysisOutput> OutputsFor(string inputColumn, InstanceColumn? input)
    {
        string[] names = [.. Regions.Select(region => region.Name)];
        return
        [
            new(Inside, OutputKind.Instance, names),
            new(Entries, OutputKind.Instance, names),
            new(Dwell, OutputKind.Instance, names),
            new(Latency, OutputKind.Instance, names),
            new(Occupants, OutputKind.Frame, names),
        ];
    }

    internal override AnalysisComputation CreateComputation(InstanceColumn input) =>
        new RegionsComputation(this, IndexOfOptional(Node, input.Skeleton));

    private protected override void AddFaults(OptionFaults faults) =>
        faults
            .If(Regions is null || Regions.Count == 0, $"{nameof(Regions)} is empty")
            .If(Regions?.Contains(null!) ?? false, $"{nameof(Regions)} holds null")
            .If(
                Regions is not null
                    && !Regions.Contains(null!)
                    && Regions.Select(region => region.Name).Distinct(StringComparer.Ordinal).Count() < Regions.Count,
                $"{nameof(Regions)} has two of the same name"
            )
            .Positive(nameof(FramesPerSecond), FramesPerSecond)
            .OutputNames(Inside, Entries, Dwell, Latency, Occupants);
}

/// <summary>Which regions each instance is in, and sums over its time in the video.</summary>
internal sealed class RegionsComputation(RegionsOptions options, int node) : AnalysisComputation
{
    private readonly TrackStates<State> _tracks = new();
    private (int Segment, int Frame)? _start; // the first row of the video

    public override void Compute(AnalysisWindow window, IReadOnlyList<float[]> outputs)
    {
        var row = window.Row;
        var regions = options.Regions.Count;
        if (_start?.Segment != row.Segment)
            _start = (row.Segment, row.FrameIndex);
        Array.Clear(outputs[4]);
        for (var instance = 0; instance < row.Count; instance++)
        {
            var state = _tracks.Of(row, instance);
            state.Stays ??= new Stay[regions];
            var position = Vector2D.NodeOrCentroid(row.ValuesOf(instance), node);
            for (var region = 0; region < regions; region++)
            {
                ref var stay = ref state.Stays[region];
                var value = (instance * regions) + region;
                if (position.IsVisible)
                {
                    var inside = options.Regions[region].Contains(position.X, position.Y);
                    Update(ref stay, inside, row.FrameIndex);
                    outputs[0][value] = inside ? 1 : 0;
                    outputs[4][region] += inside ? 1 : 0;
                }
                outputs[1][value] = stay.Entries;
                outputs[2][value] = (float)(stay.Frames / options.FramesPerSecond);
                if (stay.Entries > 0)
                    outputs[3][value] = (float)((stay.FirstEntry - _start!.Value.Frame) / options.FramesPerSecond);
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

    private sealed class State
    {
        public Stay[]? Stays { get; set; }
    }
}
