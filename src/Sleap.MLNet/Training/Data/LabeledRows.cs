using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>The labels of the rows of a view, read without their images; the images can be read afterwards.</summary>
internal sealed class LabeledRows
{
    private readonly IDataView _view;
    private readonly DataViewSchema.Column _image;

    private LabeledRows(
        IDataView view,
        DataViewSchema.Column image,
        Skeleton skeleton,
        IReadOnlyList<string> tracks,
        IReadOnlyList<LabeledRow> rows
    )
    {
        (_view, _image, Skeleton, Tracks, Rows) = (view, image, skeleton, tracks, rows);
    }

    public Skeleton Skeleton { get; }

    /// <summary>Names of the tracks in the labels, in the order of their key values.</summary>
    public IReadOnlyList<string> Tracks { get; }

    /// <summary>The rows used for training, in order.</summary>
    public IReadOnlyList<LabeledRow> Rows { get; }

    /// <summary>Reads the labels.</summary>
    /// <param name="view">Rows of frames and labels.</param>
    /// <param name="names">Names of the columns.</param>
    /// <param name="needs">Requirements of the model type.</param>
    /// <param name="like">Labels whose skeleton these must have; null: any skeleton.</param>
    /// <param name="report">Destination and context of messages.</param>
    /// <exception cref="ArgumentException">A column is missing or has another type.</exception>
    /// <exception cref="InvalidOperationException">
    /// No row is labeled, or a row has several instances where one is expected.
    /// </exception>
    public static LabeledRows Read(
        IDataView view,
        PoseColumnOptions names,
        LabelNeeds needs,
        Skeleton? like,
        LabelReport report
    )
    {
        var image = ColumnRule.Image.Require(view.Schema, names.Image, report.Component);
        var keypoints = (
            KeypointColumns.Rule with
            {
                Expected = "Vector<Single, N, 2> or Vector<Single, *, N, 2>",
            }
        ).Require(view.Schema, names.Keypoints, report.Component);
        var skeleton = PoseColumn.SkeletonOf(keypoints);
        if (like is not null && skeleton.Nodes.Length != like.Nodes.Length)
        {
            throw new ArgumentException(
                $"{report.Component}: the column '{keypoints.Name}' of the {report.Purpose} "
                    + $"data has {skeleton.Nodes.Length} nodes, expected {like.Nodes.Length} "
                    + $"({string.Join(", ", like.Nodes)})."
            );
        }

        var track = needs.Tracks
            ? (ColumnRule.Tracks with { Expected = "a UInt32 key or a vector of it, with the tracks' names" }).Require(
                view.Schema,
                names.Track,
                report.Component
            )
            : default(DataViewSchema.Column?);
        var trackNames = track is { } column ? KeyNames(column, report) : [];
        var rows = ReadRows(view, names, keypoints, track, skeleton.Nodes.Length, needs, report);
        var occurring = rows.SelectMany(row => row.Tracks).Where(key => key > 0).ToHashSet();
        string[] used = [.. trackNames.Where((_, index) => occurring.Contains((uint)index + 1))];
        return new LabeledRows(view, image, skeleton, used, [.. rows.Select(row => row.Named(trackNames))]);
    }

    /// <summary>Reads the images of the rows, each once, and passes them on in order.</summary>
    /// <returns>The largest height and width of the images.</returns>
    /// <exception cref="InvalidOperationException">No image could be read.</exception>
    public (int Height, int Width) ReadImages(Action<int, LabeledRow, FramePixels> take, CancellationToken cancellation)
    {
        using var cursor = _view.GetRowCursor([_image]);
        using var frames = new FrameReader(cursor, _image);
        var (next, height, width) = (0, 0, 0);
        while (next < Rows.Count && cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            if (cursor.Position != Rows[next].Position)
                continue;
            if (!frames.TryRead(out var frame))
            {
                next++; // reported where frames are read
                continue;
            }
            (height, width) = (Math.Max(height, frame.Height), Math.Max(width, frame.Width));
            take(next, Rows[next], frame);
            next++;
        }
        if (height == 0)
        {
            throw new InvalidOperationException(
                $"None of the {Rows.Count} labeled frames has an image "
                    + $"that could be read; the log says why for each."
            );
        }

        return (height, width);
    }

    /// <summary>Returns the size of the first readable image.</summary>
    public (int Height, int Width) FirstSize()
    {
        var (height, width, _) = FirstImage();
        return (height, width);
    }

    /// <summary>Returns the size of the first readable image, and its channels: 1 or 3.</summary>
    public (int Height, int Width, int Channels) FirstImage()
    {
        using var cursor = _view.GetRowCursor([_image]);
        using var frames = new FrameReader(cursor, _image);
        while (cursor.MoveNext())
        {
            if (frames.TryRead(out var frame))
                return (frame.Height, frame.Width, frame.Channels);
        }
        return (1, 1, 1);
    }

    private static List<LabeledRow> ReadRows(
        IDataView view,
        PoseColumnOptions names,
        DataViewSchema.Column keypoints,
        DataViewSchema.Column? track,
        int nodes,
        LabelNeeds needs,
        LabelReport report
    )
    {
        var (rows, unlabeled) = (new List<LabeledRow>(), new List<long>());
        var (video, frame) = (
            SourceColumn(view, names.Video, TextDataViewType.Instance),
            SourceColumn(view, names.FrameIndex, NumberDataViewType.Int32)
        );
        using var cursor = view.GetRowCursor(new[] { keypoints, track, video, frame }.OfType<DataViewSchema.Column>());
        var getKeypoints = cursor.GetGetter<VBuffer<float>>(keypoints);
        var getTracks = track is { } column ? Keys(cursor, column) : () => [];
        var getSource = Source(cursor, video, frame);
        var labels = default(VBuffer<float>);
        while (cursor.MoveNext())
        {
            getKeypoints(ref labels);
            var row = LabeledRow.Of(cursor.Position, [.. labels.DenseValues()], getTracks(), nodes) with
            {
                Source = getSource(),
            };
            if (needs.SingleInstance && labels.Length > 2 * nodes)
            {
                throw new InvalidOperationException(
                    $"{report.Component}: row {cursor.Position} has "
                        + $"{labels.Length / (2 * nodes)} instances in '{keypoints.Name}', expected one. For several "
                        + $"animals use a top-down or bottom-up model."
                );
            }

            if (row.Count == 0 && !needs.EmptyRows)
                unlabeled.Add(cursor.Position);
            else
                rows.Add(row);
        }
        if (!rows.Exists(row => row.Count > 0))
            report.ThrowUnlabeled(rows.Count + unlabeled.Count, keypoints.Name);
        report.Unlabeled(unlabeled, rows.Count, keypoints.Name);
        return rows;
    }

    private static DataViewSchema.Column? SourceColumn(IDataView view, string name, DataViewType type) =>
        view.Schema.GetColumnOrNull(name) is { } column && column.Type.Equals(type) ? column : null;

    // The source of a row is used only in messages, so a custom view may lack these columns.
    private static Func<FrameSource> Source(DataViewRow row, DataViewSchema.Column? video, DataViewSchema.Column? frame)
    {
        var getVideo = video is { } v ? row.GetGetter<ReadOnlyMemory<char>>(v) : null;
        var getFrame = frame is { } f ? row.GetGetter<int>(f) : null;
        var (name, number) = (default(ReadOnlyMemory<char>), 0);
        return () =>
        {
            getVideo?.Invoke(ref name);
            if (getFrame is null)
                number = (int)row.Position;
            else
                getFrame(ref number);
            return new(name.ToString(), number);
        };
    }

    private static Func<uint[]> Keys(DataViewRow row, DataViewSchema.Column column)
    {
        if (column.Type is not VectorDataViewType)
        {
            var (scalar, key) = (row.GetGetter<uint>(column), 0u);
            return () =>
            {
                scalar(ref key);
                return [key];
            };
        }
        var (vector, keys) = (row.GetGetter<VBuffer<uint>>(column), default(VBuffer<uint>));
        return () =>
        {
            vector(ref keys);
            return [.. keys.DenseValues()];
        };
    }

    /// <summary>Creates the exception for a track column without names.</summary>
    public static ArgumentException NamesNoTrack(string component, string column, string purpose) =>
        new(
            $"{component}: the column '{column}' of the {purpose} data names no track. Models that tell animals "
                + $"apart learn from tracks: give each animal the same track in all frames."
        );

    private static string[] KeyNames(DataViewSchema.Column column, LabelReport report)
    {
        if (!column.HasKeyValues())
            throw NamesNoTrack(report.Component, column.Name, report.Purpose);
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        column.GetKeyValues(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }
}

/// <summary>The labeled instances of one row that have a visible node.</summary>
/// <param name="Position">Position of the row in its view.</param>
/// <param name="Points">
/// x and y of each node of each instance in frame pixels; if a node is missing, both are NaN.
/// </param>
/// <param name="Tracks">Key of each instance's track, 0 = none.</param>
/// <param name="Names">Name of each instance's track, null = none.</param>
/// <param name="Nodes">Number of nodes of an instance.</param>
internal sealed record LabeledRow(long Position, float[] Points, uint[] Tracks, string?[] Names, int Nodes)
{
    /// <summary>The source frame of the row.</summary>
    public FrameSource Source { get; init; } = new("", (int)Position);

    public int Count => Points.Length / (2 * Nodes);

    public ReadOnlySpan<float> Animal(int index) => Points.AsSpan(index * 2 * Nodes, 2 * Nodes);

    /// <summary>Creates a row, without the instances that have no visible node.</summary>
    public static LabeledRow Of(long position, float[] points, uint[] tracks, int nodes)
    {
        for (var i = 0; i < points.Length; i += 2)
        {
            if (float.IsNaN(points[i]) || float.IsNaN(points[i + 1]))
                points[i] = points[i + 1] = float.NaN;
        }

        var size = 2 * nodes;
        int[] visible =
        [
            .. Enumerable
                .Range(0, points.Length / size)
                .Where(instance => points.AsSpan(instance * size, size).ContainsAnyExcept(float.NaN)),
        ];
        return new(
            position,
            [.. visible.SelectMany(instance => points[(instance * size)..((instance + 1) * size)])],
            [.. visible.Select(instance => instance < tracks.Length ? tracks[instance] : 0)],
            [],
            nodes
        );
    }

    public LabeledRow Named(IReadOnlyList<string> tracks) =>
        this with
        {
            Names = [.. Tracks.Select(key => key == 0 || key > tracks.Count ? null : tracks[(int)key - 1])],
        };

    /// <summary>Returns −1 (no class) for each instance, for models without classes.</summary>
    public static int[] NoClasses(LabeledRow row) => [.. Enumerable.Repeat(-1, row.Count)];

    /// <summary>Returns the class of each instance, −1 = none.</summary>
    public int[] ClassesOf(PoseSubject subject) =>
        [.. Names.Select(name => name is null ? -1 : PositionOf(name, subject.Classes))];

    private static int PositionOf(string name, IReadOnlyList<string> classes)
    {
        for (var i = 0; i < classes.Count; i++)
        {
            if (classes[i] == name)
                return i;
        }

        return -1;
    }
}

/// <summary>The source frame of a training sample.</summary>
/// <param name="Video">Name of the video; empty if the view has no such column.</param>
/// <param name="Frame">Number of the frame, or of the row if the view has no such column.</param>
internal readonly record struct FrameSource(string Video, int Frame)
{
    /// <summary>File name of the video, without its folder, which may change.</summary>
    public string VideoName => Video[(Video.LastIndexOfAny(['/', '\\']) + 1)..];

    public override string ToString() =>
        Video.Length == 0
            ? string.Create(CultureInfo.InvariantCulture, $"row {Frame}")
            : string.Create(CultureInfo.InvariantCulture, $"frame {Frame} of {VideoName}");
}

/// <summary>Requirements of a model type on labels.</summary>
/// <param name="SingleInstance">Whether each row has exactly one instance.</param>
/// <param name="EmptyRows">Whether rows without instances are used for training.</param>
/// <param name="Tracks">Whether instances need a track.</param>
internal readonly record struct LabelNeeds(bool SingleInstance, bool EmptyRows, bool Tracks);

/// <summary>Reports labels that cannot be used.</summary>
/// <param name="Component">Name of the component in messages.</param>
/// <param name="Purpose">Purpose of the labels: training or validation.</param>
/// <param name="Channel">Receives warnings.</param>
internal sealed record LabelReport(string Component, string Purpose, IChannel Channel)
{
    /// <exception cref="InvalidOperationException">Always.</exception>
    public void ThrowUnlabeled(int rows, string column) =>
        throw new InvalidOperationException(
            rows == 0
                ? $"{Component}: the {Purpose} data has no rows."
                : $"{Component}: none of the {rows} rows of the {Purpose} data is labeled: every node in '{column}' "
                    + $"is "
                    + $"missing (NaN)."
        );

    public void Unlabeled(IReadOnlyList<long> rows, int labeled, string column)
    {
        if (rows.Count > 0)
        {
            Channel.Warning(
                MessageSensitivity.None,
                "{0} of {1} rows of the {2} data have no visible node in '{3}' and are left out: rows {4}.",
                rows.Count,
                rows.Count + labeled,
                Purpose,
                column,
                string.Join(", ", rows.Take(20)) + (rows.Count > 20 ? " …" : "")
            );
        }
    }
}
