using System.Globalization;
using Microsoft.Data.Analysis;
using Sleap.IO;

namespace Sleap.Transforms;

/// <summary>Reads a tidy or wide table of poses.</summary>
internal sealed class TableReader
{
    private readonly DataFrame _table;
    private readonly Skeleton _skeleton;
    private readonly bool _isTidy;
    private readonly string _frame;
    private readonly OrderedDictionary<(string Video, int Frame), OrderedDictionary<string, TableInstance>> _frames =
    [];

    public TableReader(DataFrame table, Skeleton? skeleton)
    {
        _table = table;
        _isTidy = Find("node") is not null;
        // Labels that are saved as a table have sleap-io's name.
        _frame = Find("frame_idx") is null ? "frame" : "frame_idx";
        Require(_isTidy ? [_frame, "node", "x", "y"] : [_frame]);
        var nodes = _isTidy ? [.. Texts("node").OfType<string>().Distinct()] : WideNodes();
        if (nodes.Length == 0)
        {
            throw new ArgumentException(
                $"FromDataFrame: there is no node: expected a column 'node', or columns such "
                    + $"as 'snout.x' and 'snout.y'. The table has {Names()}."
            );
        }

        string[] unknown = skeleton is null ? [] : [.. nodes.Where(node => skeleton.IndexOf(node) < 0)];
        if (unknown.Length > 0)
        {
            throw new ArgumentException(
                $"FromDataFrame: the skeleton '{skeleton!.Name}' has no node "
                    + $"{string.Join(", ", unknown)}. It has {string.Join(", ", skeleton.Nodes)}."
            );
        }

        _skeleton = skeleton ?? new Skeleton("", nodes);
    }

    /// <summary>The rows of a data view: predictions where any instance has a score, else labels.</summary>
    public FrameTable Read()
    {
        if (_isTidy)
            ReadTidy();
        else
            ReadWide();
        string[] videos = [.. _frames.Keys.Select(frame => frame.Video).Distinct()];
        TableInstance[] all = [.. _frames.Values.SelectMany(instances => instances.Values)];
        Dictionary<string, uint> tracks = new(StringComparer.Ordinal);
        foreach (var track in all.Select(instance => instance.Track).OfType<string>())
            tracks.TryAdd(track, (uint)tracks.Count + 1);
        return new FrameTable
        {
            VideoNames = videos,
            Rows =
            [
                .. _frames.Select(frame => new FrameRow(
                    Array.IndexOf(videos, frame.Key.Video),
                    frame.Key.Frame,
                    ArrayOf([.. frame.Value.Values], tracks)
                )),
            ],
            Skeleton = _skeleton,
            ArePredictions = all.Any(one => !float.IsNaN(one.ScoreOrMean) || one.PeakScores.Any(float.IsFinite)),
            IsSingle = _frames.Values.All(instances => instances.Count <= 1),
            Tracks = [.. tracks.Keys],
        };
    }

    private InstanceArray ArrayOf(TableInstance[] instances, Dictionary<string, uint> tracks) =>
        new(_skeleton.Nodes.Length, instances.Length)
        {
            Points = [.. instances.SelectMany(instance => instance.Points)],
            PeakScores = [.. instances.SelectMany(instance => instance.PeakScores)],
            Scores = [.. instances.Select(instance => instance.ScoreOrMean)],
            Tracks = [.. instances.Select(instance => instance.Track is { } track ? tracks[track] : 0)],
        };

    private void ReadTidy()
    {
        var nodes = Texts("node");
        (var x, var y, var score) = (Numbers("x")!, Numbers("y")!, Numbers("score") ?? new float?[nodes.Length]);
        var scores = Numbers("instance_score");
        ForEachRow(
            (row, instance) =>
            {
                var node = nodes[row] ?? throw Fault(row, "has no node");
                if (!instance.TryAdd(_skeleton.IndexOf(node), x[row], y[row], score[row]))
                    throw Fault(row, $"has the node '{node}' of an instance that has it already");
                instance.Score = scores?[row];
            }
        );
    }

    private void ReadWide()
    {
        (float?[]? X, float?[]? Y, float?[]? Score)[] nodes =
        [
            .. _skeleton.Nodes.Select(node => (Numbers(node + ".x"), Numbers(node + ".y"), Numbers(node + ".score"))),
        ];
        var scores = Numbers("score");
        ForEachRow(
            (row, instance) =>
            {
                for (var node = 0; node < nodes.Length; node++)
                {
                    if (!instance.TryAdd(node, nodes[node].X?[row], nodes[node].Y?[row], nodes[node].Score?[row]))
                        throw Fault(row, "is a duplicate: the frame already has this instance");
                }

                instance.Score = scores?[row];
            }
        );
    }

    private void ForEachRow(Action<int, TableInstance> read)
    {
        var frames = Numbers(_frame)!;
        (var videos, var tracks, var numbers) = (
            TextsOrNull("video_path") ?? TextsOrNull("video"),
            TextsOrNull("track"),
            TextsOrNull("instance")
        );
        for (var row = 0; row < frames.Length; row++)
        {
            if (frames[row] is not { } frame || frame < 0 || frame != Math.Floor(frame))
                throw Fault(row, "has no frame number: expected a whole number, 0 or more");
            if (!_frames.TryGetValue((videos?[row] ?? "", FrameNumber(row)), out var instances))
                _frames.Add((videos?[row] ?? "", FrameNumber(row)), instances = []);
            var key = numbers?[row] ?? tracks?[row] ?? "";
            if (!instances.TryGetValue(key, out var instance))
                instances.Add(key, instance = new TableInstance(_skeleton.Nodes.Length, tracks?[row]));
            if (instance.Track != tracks?[row])
            {
                throw Fault(
                    row,
                    $"has the track '{tracks?[row]}', and the instance {key} of this frame has "
                        + $"'{instance.Track}' before it"
                );
            }

            read(row, instance);
        }
    }

    // A Single holds whole numbers exactly only up to 16 million.
    private int FrameNumber(int row) => Convert.ToInt32(_table[_frame][row], CultureInfo.InvariantCulture);

    private string[] WideNodes() =>
        [
            .. _table
                .Columns.Select(column => column.Name)
                .Where(name => name.EndsWith(".x", StringComparison.Ordinal))
                .Select(name => name[..^2])
                .Where(node => Find(node + ".y") is not null),
        ];

    private DataFrameColumn? Find(string name) => _table.Columns.FirstOrDefault(column => column.Name == name);

    private void Require(string[] names)
    {
        string[] lacking = [.. names.Where(name => Find(name) is null)];
        if (lacking.Length > 0)
        {
            throw new ArgumentException(
                $"FromDataFrame: the table has no column {string.Join(", ", lacking)}. It has {Names()}."
            );
        }
    }

    private string?[] Texts(string name) => TextsOrNull(name)!;

    // Instances and tracks may be numbers.
    private string?[]? TextsOrNull(string name) =>
        Find(name) is { } column
            ?
            [
                .. Values(column)
                    .Select(value => value is null ? null : Convert.ToString(value, CultureInfo.InvariantCulture)),
            ]
            : null;

    private float?[]? Numbers(string name)
    {
        if (Find(name) is not { } column)
            return null;
        if (!column.IsNumericColumn() && column.DataType != typeof(string))
        {
            throw new ArgumentException(
                $"FromDataFrame: the column '{name}' is of {column.DataType.Name}, expected numbers."
            );
        }

        var numbers = new float?[column.Length];
        for (var row = 0; row < numbers.Length; row++)
        {
            numbers[row] = column[row] switch
            {
                null or "" => null,
                // A column that begins with missing values is read from CSV as text.
                string text => float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : throw Fault(row, $"has '{text}' in the column '{name}', expected a number"),
                object value => Convert.ToSingle(value, CultureInfo.InvariantCulture),
            };
        }
        return numbers;
    }

    private static IEnumerable<object?> Values(DataFrameColumn column)
    {
        for (long row = 0; row < column.Length; row++)
            yield return column[row] is string { Length: 0 } ? null : column[row];
    }

    private string Names() => string.Join(", ", _table.Columns.Select(column => column.Name));

    private static ArgumentException Fault(int row, string what) =>
        new(string.Create(CultureInfo.InvariantCulture, $"FromDataFrame: row {row} of the table {what}."));

    /// <summary>An instance whose nodes are added one by one.</summary>
    private sealed class TableInstance(int nodes, string? track)
    {
        private readonly bool[] _known = new bool[nodes];

        public string? Track => track;

        public float[] Points { get; } = InstanceArray.Missing(2 * nodes);

        public float[] PeakScores { get; } = InstanceArray.Missing(nodes);

        /// <summary>Score of the whole instance; null: the mean of its visible nodes.</summary>
        public float? Score { private get; set; }

        public float ScoreOrMean =>
            Score
            ?? PeakScores
                .Where((score, node) => float.IsFinite(score) && float.IsFinite(Points[2 * node]))
                .DefaultIfEmpty(float.NaN)
                .Average();

        /// <summary>False when the node was there before.</summary>
        public bool TryAdd(int node, float? x, float? y, float? score)
        {
            if (_known[node])
                return false;
            _known[node] = true;
            if (x is { } px && y is { } py)
                (Points[2 * node], Points[2 * node + 1]) = (px, py);
            PeakScores[node] = score ?? float.NaN;
            return true;
        }
    }
}
