namespace Sleap.IO;

/// <summary>What a number in data beyond poses counts.</summary>
internal enum SlpTarget
{
    /// <summary>Nothing that changes: rows of the same kind of data, for example.</summary>
    None,

    /// <summary>Rows of videos_json.</summary>
    Video,

    /// <summary>Rows of tracks_json.</summary>
    Track,

    /// <summary>Rows of instances.</summary>
    Instance,

    /// <summary>Rows of identity/name.</summary>
    Identity,

    /// <summary>Not known.</summary>
    Unknown,
}

/// <summary>A column of numbers that refer to rows elsewhere; -1 refers to none.</summary>
/// <param name="Name">Of the column.</param>
/// <param name="Target">What is referred to, by the number in <paramref name="Kind"/>.</param>
/// <param name="Kind">The column that says what is referred to; null when it is always the same.</param>
internal sealed record SlpColumn(string Name, Func<long, SlpTarget> Target, string? Kind = null);

/// <summary>A table of data beyond poses: a dataset of rows, or a group with a dataset for each column.</summary>
/// <param name="Family">What the names of the datasets that belong to it begin with, before an underscore.</param>
/// <param name="Name">Of the table.</param>
/// <param name="Columns">The columns that refer to something.</param>
internal sealed record SlpTable(string Family, string Name, params SlpColumn[] Columns);

/// <summary>The references that are known in data beyond poses, in the layout of sleap-io.</summary>
internal static class SlpReferences
{
    private static readonly SlpColumn[] OnFrames =
    [
        new("video", _ => SlpTarget.Video),
        new("track", _ => SlpTarget.Track),
        new("instance", _ => SlpTarget.Instance),
    ];

    public static readonly IReadOnlyList<SlpTable> Tables =
    [
        new("centroid", "centroids", OnFrames),
        new("mask", "masks", OnFrames),
        new("bbox", "bboxes", OnFrames),
        new("roi", "rois", OnFrames),
        new("label_image", "label_images", OnFrames),
        new("label_image", "label_image_objects", OnFrames),
        new(
            "event",
            "events",
            new SlpColumn("video", _ => SlpTarget.Video),
            new SlpColumn("subject_idx", Participant, "subject_kind"),
            new SlpColumn("target_idx", Participant, "target_kind")
        ),
        new("embedding", "embeddings", new SlpColumn("owner_id", Owner, "owner_type")),
    ];

    /// <summary>The family that a dataset belongs to; its own name when it belongs to none.</summary>
    public static string FamilyOf(string name) =>
        Tables
            .FirstOrDefault(table =>
                name == table.Name || name.StartsWith(table.Family + "_", StringComparison.Ordinal)
            )
            ?.Family
        ?? name;

    /// <summary>The family that owners of a type in identity/links belong to; null when it is not known.</summary>
    public static string? FamilyOf(byte ownerType) =>
        ownerType switch
        {
            2 => "centroid",
            3 => "mask",
            4 => "bbox",
            5 => "roi",
            _ => null,
        };

    /// <summary>The datasets of a table that refer to something, with other numbers.</summary>
    /// <param name="source">The file.</param>
    /// <param name="table">The table.</param>
    /// <param name="map">Gives the number that takes the place of one.</param>
    /// <returns>The datasets by name, or null when the table is not laid out as is known.</returns>
    public static Dictionary<string, Hdf5Raw>? Changed(
        Hdf5Reader source,
        SlpTable table,
        Func<SlpTarget, long, long> map
    )
    {
        try
        {
            var changed = new Dictionary<string, Hdf5Raw>();
            foreach (var column in table.Columns)
            {
                if (Find(source, table, column.Name, changed) is not { } numbers)
                    continue;
                var kinds = column.Kind is null ? null : Find(source, table, column.Kind, changed);
                if (kinds?.Count != numbers.Count && column.Kind is not null)
                    return null;
                for (var row = 0; row < numbers.Count; row++)
                {
                    var target = column.Target(kinds?[row] ?? 0);
                    if (target == SlpTarget.Unknown)
                        return null;
                    if (target != SlpTarget.None)
                        numbers[row] = map(target, numbers[row]);
                }
            }

            return changed;
        }
        catch (PoseFormatException)
        {
            return null;
        }
    }

    private static SlpTarget Participant(long kind) =>
        kind switch
        {
            0 => SlpTarget.None,
            1 => SlpTarget.Track,
            2 => SlpTarget.Identity,
            _ => SlpTarget.Unknown,
        };

    private static SlpTarget Owner(long type) =>
        type == SlpLinkRow.Instance ? SlpTarget.Instance
        : FamilyOf((byte)Math.Clamp(type, 0, byte.MaxValue)) is null ? SlpTarget.Unknown
        : SlpTarget.None;

    /// <summary>A column's numbers; null when the table has no such column, as in older formats.</summary>
    private static Hdf5Column? Find(Hdf5Reader source, SlpTable table, string column, Dictionary<string, Hdf5Raw> read)
    {
        var isTable = source.IsDataset(table.Name);
        var name = isTable ? table.Name : $"{table.Name}/{column}";
        if (!source.Contains(name))
            return null;
        if (!read.TryGetValue(name, out var raw))
            read.Add(name, raw = source.ReadRaw(name));
        if (!isTable)
            return new Hdf5Column(raw, 0, raw.Type);
        if (raw.Type.Kind != Hdf5Type.Kinds.Compound && raw.Bytes.Length > 0)
            throw new PoseFormatException(source.Path, name, "is not a table.");
        var member = raw.Type.Members.FirstOrDefault(m => m.Name == column);
        return member.Type is null ? null : new Hdf5Column(raw, member.Offset, member.Type);
    }

    /// <summary>Whole numbers in the elements of a dataset, read and set in place.</summary>
    private sealed class Hdf5Column
    {
        private readonly Hdf5Raw _raw;
        private readonly int _offset;
        private readonly Hdf5Type _type;
        private readonly long[] _numbers;

        public Hdf5Column(Hdf5Raw raw, int offset, Hdf5Type type)
        {
            (_raw, _offset, _type) = (raw, offset, type);
            _numbers = new long[raw.Bytes.Length / raw.Type.Size];
            if (_numbers.Length == 0)
                return;
            if (type.Kind != Hdf5Type.Kinds.Integer || raw.Sizes.Length != 1)
                throw new PoseFormatException("", null, "is not a column of whole numbers.");
            Hdf5Numbers.ConvertColumn(
                raw.Bytes,
                type,
                offset,
                raw.Type.Size,
                System.Runtime.InteropServices.MemoryMarshal.AsBytes(_numbers.AsSpan()),
                Hdf5FieldKind.Int64,
                toOffset: 0,
                toStep: sizeof(long),
                _numbers.Length
            );
        }

        public int Count => _numbers.Length;

        public long this[int row]
        {
            get => _numbers[row];
            set
            {
                if (value < 0 && !_type.IsSigned)
                    throw new PoseFormatException("", null, "has no number for none.");
                _numbers[row] = value;
                var at = (row * _raw.Type.Size) + _offset;
                for (var b = 0; b < _type.Size; b++)
                    _raw.Bytes[at + (_type.IsBigEndian ? _type.Size - 1 - b : b)] = (byte)(value >> (8 * b));
            }
        }
    }
}
