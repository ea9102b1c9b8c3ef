using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Sleap.IO.Tests;

/// <summary>
/// Small files that ask for more memory or time than any machine has: sizes are declared and not there, ranges lie over
/// each other, many names lead to one thing.
/// </summary>
internal static class CraftedFiles
{
    /// <summary>A file for each name, which an action writes into a folder; gives back its path.</summary>
    public static IReadOnlyDictionary<string, Func<string, string>> All { get; } =
        new Dictionary<string, Func<string, string>>
        {
            ["frames share instances"] = folder => Slp(folder, frames: 30_000, instances: 30_000, nodes: 1),
            ["instances share points"] = folder => Slp(folder, frames: 1, instances: 30_000, nodes: 5000),
            ["packed instances without points"] = folder =>
                Slp(folder, 1, instances: 1_000_000, nodes: 0, isPacked: true),
            ["packed frames"] = folder => Slp(folder, frames: 2_000_000, instances: 0, nodes: 0, isPacked: true),
            ["texts share one text"] = SharedTexts,
            ["packed texts of a byte"] = folder => Slp(folder, 0, 0, 0, more: FixedTexts),
            ["chunk of gigabytes"] = HugeChunk,
            ["members share one name"] = SharedNames,
            ["attributes share one value"] = SharedAttributes,
            ["analysis that was never written"] = folder =>
                Analysis(folder, Hdf5FieldKind.Double, [1, 2, 1, 5_000_000]),
            ["analysis of bytes"] = folder => Analysis(folder, Hdf5FieldKind.UInt8, [1, 2, 1, 60_000_000]),
            ["analysis without nodes"] = folder => Analysis(folder, Hdf5FieldKind.Double, [1, 2, 0, 1L << 40]),
            ["analysis beyond any number"] = folder =>
                Analysis(folder, Hdf5FieldKind.Double, [1L << 62, 2, 1, 1L << 62]),
            ["nodes of nwb in other frames"] = Nwb,
            ["rows of DeepLabCut"] = DeepLabCutHdf5,
            ["individuals of DeepLabCut"] = DeepLabCutCsv,
            ["rows of pandas that were never written"] = folder =>
                Pandas(folder, Raw(Hdf5TypeMessage.Number(Hdf5FieldKind.Double), [], 1, 100_000_000), 100_000_000),
            ["packed rows of pandas"] = folder =>
                Pandas(folder, Packed(Hdf5TypeMessage.Number<byte>(), new byte[60_000_000], 60_000_000), 60_000_000),
            ["columns of pandas with one long name"] = folder => Pandas(folder, null, 2_000_000),
            ["pickled block of pandas"] = PandasPickle,
            ["data beyond poses that were never written"] = folder =>
                Slp(folder, 0, 0, 0, more: file => Never(file, "centroids/x", "bboxes/track", "mine")),
            ["nodes of a tidy table"] = folder =>
                Text(folder, "poses.csv", "frame,node,x,y\n", i => $"{i},n{i % 9000},1,1\n", 40_000),
            ["nodes of a table of points"] = folder =>
                Text(folder, "poses.csv", "frame_idx,node,x,y\n", i => $"{i},n{i % 9000},1,1\n", 40_000),
            ["edges that are there twice"] = folder => Slp(folder, 0, 0, 0, metadata: TwiceTheEdges()),
            ["nodes of one name"] = folder => Slp(folder, 0, 0, 0, metadata: TwiceTheNodes()),
            ["JPEG of gigabytes"] = folder => Image(folder, "a.jpg", Jpeg(26_000, 26_000)),
            ["BMP of gigabytes"] = folder => Image(folder, "a.bmp", Bmp(26_000, 26_000)),
            ["PNG of gigabytes"] = folder => Image(folder, "a.png", Png(16_000, 16_000)),
            ["TIFF of gigabytes"] = folder => Image(folder, "a.tif", Tiff(16_000, 16_000)),
        };

    private static string Slp(
        string folder,
        int frames,
        int instances,
        int nodes,
        bool isPacked = false,
        string? metadata = null,
        Action<Hdf5Writer>? more = null
    )
    {
        var path = Path.Combine(folder, "poses.slp");
        using var file = Hdf5Writer.Create(path);
        file.Group("metadata");
        file.NumberAttribute("metadata", "format_id", 1.2);
        var names = string.Join(",", Enumerable.Range(0, nodes).Select(i => $"{{\"name\":\"{i}\"}}"));
        var ids = string.Join(",", Enumerable.Range(0, nodes).Select(i => $"{{\"id\":{i}}}"));
        file.TextAttribute(
            "metadata",
            "json",
            metadata ?? $"{{\"nodes\":[{names}],\"skeletons\":[{{\"nodes\":[{ids}],\"links\":[]}}]}}"
        );
        file.Texts("videos_json", ["{\"filename\":\"a.mp4\"}"]);
        var frameRows = new SlpFrameRow[frames];
        for (var i = 0; i < frames; i++)
            frameRows[i] = new SlpFrameRow((ulong)i, 0, (ulong)i, 0, isPacked ? 0UL : (ulong)instances);
        var instanceRows = new SlpInstanceRow[instances];
        for (var i = 0; i < instances; i++)
            instanceRows[i] = new SlpInstanceRow(i, 1, 0, 0, -1, -1, 1, 0, (ulong)nodes, 0);
        Rows(file, "frames", frameRows, SlpFrameRow.Fields, isPacked);
        Rows(file, "instances", instanceRows, SlpInstanceRow.Fields, isPacked);
        Rows(file, "points", new SlpPointRow[1], SlpPointRow.Fields, isPacked);
        Rows(file, "pred_points", new SlpPredictedPointRow[Math.Max(nodes, 1)], SlpPredictedPointRow.Fields, isPacked);
        if (more is null)
            file.Texts("tracks_json", []);
        else
            more(file);
        file.Complete();
        return path;
    }

    private static void Rows<T>(Hdf5Writer file, string name, T[] rows, Hdf5Field[] fields, bool isPacked)
        where T : unmanaged
    {
        if (isPacked && rows.Length > 0)
        {
            var bytes = MemoryMarshal.AsBytes(rows.AsSpan()).ToArray();
            file.Raw(name, Packed(Hdf5TypeMessage.Row(fields), bytes, rows.Length));
            return;
        }
        file.Rows<T>(name, rows, fields);
    }

    private static Hdf5Raw Packed(byte[] type, byte[] bytes, int count) =>
        Raw(type, bytes, count) with
        {
            Chunk = [Math.Min(count, 1 << 16)],
            IsPacked = true,
        };

    private static Hdf5Raw Raw(byte[] type, byte[] bytes, params long[] sizes) =>
        new(new Hdf5Type(Hdf5Type.Kinds.Opaque, BitConverter.ToInt32(type, 4)), type, sizes, bytes, []);

    private static void FixedTexts(Hdf5Writer file)
    {
        const int Count = 60_000_000;
        var bytes = new byte[Count];
        bytes.AsSpan().Fill((byte)'0');
        file.Raw("tracks_json", Packed(Hdf5TypeMessage.FixedText(1), bytes, Count));
    }

    /// <summary>Four thousand elements that lead to one text of a megabyte.</summary>
    private static string SharedTexts(string folder)
    {
        const int Length = 1_000_003;
        var texts = Enumerable.Repeat("", 4000).Prepend($"\"{new string('a', Length - 2)}\"").ToArray();
        var path = Slp(folder, 0, 0, 0, more: file => file.Texts("tracks_json", texts));
        var bytes = File.ReadAllBytes(path);
        // Behind the number stands an address in the table, and nothing in the heap.
        var at = bytes.AsSpan().LastIndexOf(BitConverter.GetBytes(Length));
        var first = bytes.AsSpan(at, 16).ToArray();
        for (var i = 1; i < texts.Length; i++)
            first.CopyTo(bytes, at + (i * 16));
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Four thousand rows in a chunk of three million.</summary>
    private static string HugeChunk(string folder)
    {
        const int Rows = 4093;
        var path = Slp(
            folder,
            0,
            0,
            0,
            more: file => file.Raw("tracks_json", Packed(Hdf5TypeMessage.FixedText(9), new byte[9 * Rows], Rows))
        );
        var bytes = File.ReadAllBytes(path);
        byte[] chunk = [.. BitConverter.GetBytes(Rows), 9, 0, 0, 0];
        BitConverter.GetBytes(3_000_000).CopyTo(bytes, bytes.AsSpan().LastIndexOf(chunk));
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Four thousand members of a group, whose names are the endings of one name of a megabyte.</summary>
    private static string SharedNames(string folder)
    {
        const int EntrySize = 40;
        var name = new string('A', 1_000_000);
        var path = Path.Combine(folder, "poses.h5");
        using (var file = Hdf5Writer.Create(path))
        {
            file.Group(name);
            for (var i = 0; i < 4000; i++)
                file.Group($"b{i}");
            file.Complete();
        }
        var bytes = File.ReadAllBytes(path);
        var shared = -1L;
        var next = 0L;
        for (var at = 0; bytes.AsSpan(at).IndexOf("SNOD"u8) is >= 0 and var found; at += found + 4)
        {
            var leaf = bytes.AsSpan(at + found);
            for (var i = 0; i < BinaryPrimitives.ReadUInt16LittleEndian(leaf[6..]); i++)
            {
                var entry = leaf[(8 + (i * EntrySize))..];
                if (shared < 0)
                    shared = BinaryPrimitives.ReadInt64LittleEndian(entry);
                BinaryPrimitives.WriteInt64LittleEndian(entry, shared + next++);
            }
        }
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Two thousand attributes that lie in the same megabyte.</summary>
    private static string SharedAttributes(string folder)
    {
        const int Length = 1_000_003;
        var path = Path.Combine(folder, "poses.slp");
        using (var file = Hdf5Writer.Create(path))
        {
            file.Group("metadata");
            for (var i = 0; i < 2000; i++)
                file.NumberAttribute("metadata", $"n{i}", i);
            file.RawAttribute("metadata", "z", Raw(Hdf5TypeMessage.FixedText(Length), new byte[Length], 1));
            foreach (var name in (string[])["frames", "instances"])
                file.Group(name);
            file.Complete();
        }
        var bytes = File.ReadAllBytes(path);
        var leaf = bytes.AsSpan(bytes.AsSpan().IndexOf("BTLF"u8));
        var records = leaf[6..];
        var last = records.Slice(2000 * 24, 16).ToArray();
        for (var i = 0; i < 2000; i++)
            last.CopyTo(records[(i * 24)..]);
        var size = 6 + (2001 * 24);
        BinaryPrimitives.WriteUInt32LittleEndian(leaf[size..], Hdf5Checksum.OfMetadata(leaf[..size]));
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static string Analysis(string folder, Hdf5FieldKind kind, long[] sizes)
    {
        var path = Path.Combine(folder, "poses.h5");
        using var file = Hdf5Writer.Create(path);
        file.Raw("tracks", Raw(Hdf5TypeMessage.Number(kind), [], sizes));
        file.Texts("node_names", [.. Enumerable.Repeat("a", (int)Math.Min(sizes[2], 1))]);
        file.TextAttribute("tracks", "dims", "[\"track\",\"xy\",\"node\",\"frame\"]");
        file.Complete();
        return path;
    }

    /// <summary>Three hundred nodes, each of which is there when no other is.</summary>
    private static string Nwb(string folder)
    {
        const int Frames = 30_000;
        var path = Path.Combine(folder, "poses.nwb");
        using var file = Hdf5Writer.Create(path);
        const string Group = "processing/behavior/animal";
        file.Group(Group);
        file.VariableTextAttribute(Group, "neurodata_type", "PoseEstimation");
        for (var i = 0; i < 300; i++)
        {
            var series = $"{Group}/n{i}";
            file.Group(series);
            file.VariableTextAttribute(series, "neurodata_type", "PoseEstimationSeries");
            file.Raw($"{series}/data", Raw(Hdf5TypeMessage.Number(Hdf5FieldKind.Double), [], Frames, 2));
            file.Numbers<double>($"{series}/starting_time", [i * (double)Frames], []);
            file.NumberAttribute($"{series}/starting_time", "rate", 1.0);
        }
        file.Complete();
        return path;
    }

    private static string DeepLabCutHdf5(string folder)
    {
        const int Count = 8_000_000;
        Hdf5Field[] fields = [new("index", Hdf5FieldKind.Int64), new("values_block_0", Hdf5FieldKind.Double)];
        var path = Path.Combine(folder, "poses.h5");
        using var file = Hdf5Writer.Create(path);
        file.Raw("df/table", Packed(Hdf5TypeMessage.Row(fields), new byte[16 * Count], Count));
        file.TextAttribute("df/table", "values_block_0_kind", "(lp0\n(S'me'\nS'a'\nS'x'\ntp1\na.");
        file.Complete();
        return path;
    }

    /// <summary>The fixed layout: places of rows or columns that refer to names, and a block of numbers.</summary>
    private static string Pandas(string folder, Hdf5Raw? block, int places)
    {
        var path = Path.Combine(folder, "poses.h5");
        using var file = Hdf5Writer.Create(path);
        var codes = Packed(Hdf5TypeMessage.Number<byte>(), new byte[places], places);
        for (var axis = 0; axis < 2; axis++)
        {
            file.Texts($"df/axis{axis}_level0", [block is null ? new string('a', 1 << 20) : "a"]);
            file.Raw($"df/axis{axis}_label0", axis == 1 || block is null ? codes : Packed(codes.TypeMessage, [0], 1));
        }

        file.Texts("df/block0_items_level0", ["a"]);
        file.Raw("df/block0_items_label0", Packed(codes.TypeMessage, [0], 1));
        if (block is not null)
            file.Raw("df/block0_values", block);
        file.Complete();
        return path;
    }

    /// <summary>A block of objects: an array whose sizes are beyond any memory.</summary>
    private static string PandasPickle(string folder)
    {
        var path = Path.Combine(folder, "poses.h5");
        using var file = Hdf5Writer.Create(path);
        var pickle =
            "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n(I2147483647\nI2147483647\nt"
            + "cnumpy\ndtype\n(S'O8'\nI0\nI1\ntR(I3\nS'|'\nNNNI-1\nI-1\nI63\ntbI00\n(lp0\ntb.";
        file.Texts("df/axis0", ["a"]);
        file.Texts("df/axis1", ["0"]);
        file.Texts("df/block0_items", ["a"]);
        var bytes = System.Text.Encoding.ASCII.GetBytes(pickle);
        file.Raw("df/block0_values", Raw(Hdf5TypeMessage.Number<byte>(), bytes, 1, bytes.Length));
        file.Complete();
        return path;
    }

    // Each declares 16 GB.
    private static void Never(Hdf5Writer file, params string[] names)
    {
        file.Texts("tracks_json", []);
        foreach (var name in names)
            file.Raw(name, Raw(Hdf5TypeMessage.Number<long>(), [], 1L << 31));
    }

    /// <summary>Each column another individual and another node.</summary>
    private static string DeepLabCutCsv(string folder)
    {
        const int Columns = 4000;
        string Row(string first, Func<int, string> cell) =>
            $"{first},{string.Join(',', Enumerable.Range(0, Columns).Select(cell))}\n";
        var rows = Row("scorer", _ => "s") + Row("individuals", i => $"i{i}") + Row("bodyparts", i => $"b{i}");
        return Text(folder, "poses.csv", rows + Row("coords", _ => "x"), i => Row($"{i}", _ => "1"), 40);
    }

    private static string TwiceTheEdges()
    {
        var links = string.Concat(Enumerable.Repeat(",{\"source\":0,\"target\":1}", 40_000));
        return $"{{\"nodes\":[\"{new string('a', 200_000)}\",\"b\"],\"skeletons\":[{{\"nodes\":[{{\"id\":0}},"
            + $"{{\"id\":1}}],\"links\":[{links[1..]}]}}]}}";
    }

    private static string TwiceTheNodes()
    {
        var nodes = string.Concat(Enumerable.Repeat(",{\"id\":0}", 40_000));
        return $"{{\"nodes\":[\"{new string('a', 200_000)}\"],\"skeletons\":[{{\"nodes\":[{nodes[1..]}]}}]}}";
    }

    private static string Text(string folder, string name, string head, Func<int, string> row, int rows)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, head + string.Concat(Enumerable.Range(0, rows).Select(row)));
        return path;
    }

    private static string Image(string folder, string name, byte[] bytes)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static byte[] Jpeg(int width, int height) =>
        [
            .. (byte[])[0xFF, 0xD8, 0xFF, 0xE0, 0, 16, (byte)'J', (byte)'F', (byte)'I', (byte)'F', 0],
            .. (byte[])[1, 1, 0, 0, 1, 0, 1, 0, 0, 0xFF, 0xC0, 0, 17, 8],
            .. (byte[])[(byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width],
            .. (byte[])[3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1],
            .. new byte[100],
        ];

    private static byte[] Bmp(int width, int height)
    {
        var bytes = new byte[200];
        "BM"u8.CopyTo(bytes);
        (bytes[10], bytes[14], bytes[26], bytes[28]) = (54, 40, 1, 24);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(22), -height);
        return bytes;
    }

    private static byte[] Png(int width, int height)
    {
        var bytes = ImageEncoder.Png(new Frame(0, 8, 9, 1, new byte[72]));
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(20), height);
        return [.. bytes, .. new byte[30_000]];
    }

    /// <summary>Palette images of one bit, a strip for each row, all of them at one place.</summary>
    private static byte[] Tiff(int width, int height)
    {
        (int Tag, int Type, int Count, int Value)[] entries =
        [
            (256, 4, 1, width),
            (257, 4, 1, height),
            (258, 3, 1, 1),
            (259, 3, 1, 1),
            (262, 3, 1, 1),
            (273, 4, 1, 8),
            (277, 3, 1, 1),
            (278, 4, 1, 1),
            (279, 4, 1, 1),
        ];
        var bytes = new byte[8 + 2 + (entries.Length * 12) + 4];
        "II*\0"u8.CopyTo(bytes);
        bytes[4] = 8;
        bytes[8] = (byte)entries.Length;
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = bytes.AsSpan(10 + (i * 12));
            BinaryPrimitives.WriteUInt16LittleEndian(entry, (ushort)entries[i].Tag);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], (ushort)entries[i].Type);
            BinaryPrimitives.WriteInt32LittleEndian(entry[4..], entries[i].Count);
            BinaryPrimitives.WriteInt32LittleEndian(entry[8..], entries[i].Value);
        }
        return [.. bytes, .. new byte[30_000]];
    }
}
