using System.Text.Json.Nodes;

namespace Sleap.IO;

/// <summary>Where an element lies in an array of an analysis file, whose axes come in more than one order.</summary>
internal sealed class AnalysisAxes
{
    private readonly long _frameStep;
    private readonly long _nodeStep;
    private readonly long _axisStep;
    private readonly long _trackStep;

    /// <summary>Axes of an array.</summary>
    /// <param name="names">frame, node, xy and track, as many as the array has, outermost first.</param>
    /// <param name="sizes">Their sizes.</param>
    public AnalysisAxes(IReadOnlyList<string> names, IReadOnlyList<long> sizes)
    {
        Names = names;
        Sizes = sizes;
        long step = 1;
        var steps = new Dictionary<string, long>();
        for (var i = names.Count - 1; i >= 0; i--)
        {
            steps[names[i]] = step;
            step *= sizes[i];
        }
        (_frameStep, _nodeStep) = (steps.GetValueOrDefault("frame"), steps.GetValueOrDefault("node"));
        (_axisStep, _trackStep) = (steps.GetValueOrDefault("xy"), steps.GetValueOrDefault("track"));
    }

    public IReadOnlyList<string> Names { get; }

    public IReadOnlyList<long> Sizes { get; }

    public long Size(string name) => Sizes[Names.ToList().IndexOf(name)];

    /// <summary>Position of an element; axes that the array lacks do not count.</summary>
    public long At(long frame, long track, long node = 0, long axis = 0) =>
        (frame * _frameStep) + (track * _trackStep) + (node * _nodeStep) + (axis * _axisStep);

    /// <summary>Axis names of a "dims" attribute, or the ones given when there is none.</summary>
    public static string[] NamesOf(string? dims, string[] otherwise, PoseJson json, string place) =>
        dims is null
            ? otherwise
            :
            [
                .. json.Array(json.Parse(dims, $"{place}@dims"), $"{place}@dims")
                    .Select(n => json.Text(n, $"{place}@dims")),
            ];

    /// <summary>The order of axes without names that fits the numbers of nodes and tracks: the usual one first.</summary>
    /// <param name="sizes">The four sizes.</param>
    /// <param name="usual">The order that the writer of such files has.</param>
    /// <param name="nodes">How many nodes the file names.</param>
    /// <param name="tracks">How many tracks the file names; 0 fits any size.</param>
    /// <param name="json">Makes the exception.</param>
    public static string[] Fitting(long[] sizes, string[] usual, long nodes, int tracks, PoseJson json)
    {
        bool Fits(string[] order) =>
            sizes[Array.IndexOf(order, "xy")] == 2
            && sizes[Array.IndexOf(order, "node")] == nodes
            && (tracks == 0 || sizes[Array.IndexOf(order, "track")] == tracks);
        if (Fits(usual))
            return usual;
        var fitting = usual
            .SelectMany(a => usual.SelectMany(b => usual.SelectMany(c => usual.Select(d => new[] { a, b, c, d }))))
            .Where(o => o.Distinct().Count() == usual.Length && Fits(o))
            .ToList();
        return fitting.Count <= 1
            ? fitting.FirstOrDefault() ?? usual
            : throw json.Fault(
                "tracks",
                $"has the sizes {string.Join(" x ", sizes)} and no attribute dims, and {fitting.Count} orders of the "
                    + $"axes fit {nodes} nodes and {tracks} tracks"
            );
    }

    /// <summary>The names as the text of a "dims" attribute.</summary>
    public string Dims() => new JsonArray([.. Names.Select(n => JsonValue.Create(n))]).ToJsonString();
}
