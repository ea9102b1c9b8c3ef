using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using PureHDF;

namespace Sleap.IO.Tests;

/// <summary>
/// What <see cref="Hdf5Writer"/> writes, read by three others: h5py over libhdf5, h5dump where it is installed, and
/// PureHDF; and by the reader of this project.
/// </summary>
public sealed class Hdf5WriterTests
{
    private static readonly Hdf5Field[] AllKinds =
    [
        new("boolean", Hdf5FieldKind.Boolean),
        new("byte", Hdf5FieldKind.UInt8),
        new("int", Hdf5FieldKind.Int32),
        new("uint", Hdf5FieldKind.UInt32),
        new("long", Hdf5FieldKind.Int64),
        new("ulong", Hdf5FieldKind.UInt64),
        new("single", Hdf5FieldKind.Single),
        new("double", Hdf5FieldKind.Double),
    ];

    [Fact]
    public void NumbersOfEveryTypeReadAsTheyWere()
    {
        using var files = new TestFiles();
        var path = files.New("numbers.h5");
        using (var file = Hdf5Writer.Create(path))
        {
            file.Numbers<sbyte>("i1", [-128, 0, 127], [3]);
            file.Numbers<byte>("deep/er/u1", [0, 128, 255], [3]);
            file.Numbers<int>("i4", [int.MinValue, -1, int.MaxValue, 0], [2, 2]);
            file.Numbers<uint>("u4", [uint.MaxValue], []);
            file.Numbers<long>("i8", [long.MinValue, long.MaxValue], [2, 1]);
            file.Numbers<ulong>("u8", [ulong.MaxValue], [1]);
            file.Numbers<float>("f4", [float.NaN, float.Epsilon, -1.5f], [3]);
            file.Numbers<double>("f8", [double.NegativeInfinity, 1e300, -0.0], [1, 3]);
            file.Numbers<double>("none", [], [0, 7]);
            file.Numbers<double>("packed none", [], [7, 0], isCompressed: true);
            file.Complete();
        }
        var found = OtherProgram.Python("dump_h5.py", path);
        AssertIs<sbyte>(found["/i1"]!, "|i1", [-128, 0, 127], 3);
        AssertIs<byte>(found["/deep/er/u1"]!, "|u1", [0, 128, 255], 3);
        AssertIs<int>(found["/i4"]!, "<i4", [int.MinValue, -1, int.MaxValue, 0], 2, 2);
        AssertIs<uint>(found["/u4"]!, "<u4", [uint.MaxValue]);
        AssertIs<long>(found["/i8"]!, "<i8", [long.MinValue, long.MaxValue], 2, 1);
        AssertIs<ulong>(found["/u8"]!, "<u8", [ulong.MaxValue], 1);
        AssertIs<float>(found["/f4"]!, "<f4", [float.NaN, float.Epsilon, -1.5f], 3);
        AssertIs<double>(found["/f8"]!, "<f8", [double.NegativeInfinity, 1e300, -0.0], 1, 3);
        AssertIs<double>(found["/none"]!, "<f8", [], 0, 7);
        AssertIs<double>(found["/packed none"]!, "<f8", [], 7, 0);
        using var ours = Hdf5Reader.Open(path);
        Assert.Equal([0, 128, 255], ours.ReadNumbers<byte>("deep/er/u1"));
        Assert.Equal([int.MinValue, -1, int.MaxValue, 0], ours.ReadNumbers<int>("i4"));
        Assert.Equal([uint.MaxValue], ours.ReadNumbers<uint>("u4"));
        Assert.Equal([ulong.MaxValue], ours.ReadNumbers<ulong>("u8"));
        Assert.Equal([float.NaN, float.Epsilon, -1.5f], ours.ReadNumbers<float>("f4"));
        using var pure = H5File.OpenRead(path);
        Assert.Equal([-128, 0, 127], pure.Dataset("/i1").Read<sbyte[]>());
        Assert.Equal([long.MinValue, long.MaxValue], pure.Dataset("/i8").Read<long[]>());
        Assert.Equal([double.NegativeInfinity, 1e300, -0.0], pure.Dataset("/f8").Read<double[]>());
        AssertDumps(path);
    }

    [Fact]
    public void RowsOfEveryKindReadAsTheyWere()
    {
        using var files = new TestFiles();
        var path = files.New("rows.h5");
        EveryKind[] rows = [new(1, 255, -7, 7, long.MinValue, ulong.MaxValue, 0.5f, double.NaN), default];
        using (var file = Hdf5Writer.Create(path))
        {
            file.Rows<EveryKind>("rows", rows, AllKinds);
            file.Rows<EveryKind>("none", [], AllKinds);
            file.Complete();
        }
        var found = OtherProgram.Python("dump_h5.py", path);
        const string Type =
            "[('boolean', '|b1'), ('byte', '|u1'), ('int', '<i4'), ('uint', '<u4'), ('long', '<i8'), "
            + "('ulong', '<u8'), ('single', '<f4'), ('double', '<f8')]";
        AssertIs<EveryKind>(found["/rows"]!, Type, rows, 2);
        AssertIs<EveryKind>(found["/none"]!, Type, [], 0);
        Assert.Equal("[null]", found["/rows"]!["maxshape"]!.ToJsonString());
        Assert.Equal("[2]", found["/rows"]!["chunks"]!.ToJsonString());
        using var ours = Hdf5Reader.Open(path);
        Assert.Equal(rows, ours.ReadRows<EveryKind>("rows", AllKinds));
        AssertDumps(path);
    }

    [Fact]
    public void TextsReadAsTheyWere()
    {
        using var files = new TestFiles();
        var path = files.New("texts.h5");
        // Empty, of more bytes than characters, longer than a collection of the heap, and enough for many collections.
        string[] texts = ["", "mäuse 🐭", new('x', 5000), .. Enumerable.Range(0, 9000).Select(i => $"text {i}")];
        using (var file = Hdf5Writer.Create(path))
        {
            file.Texts("variable", texts);
            file.Texts("none", []);
            file.FixedTexts("fixed", ["a", "", "mäuse"], [3]);
            file.FixedTexts("scalar", [""], []);
            file.FixedTexts("no names", [], [0]);
            file.Complete();
        }
        var found = OtherProgram.Python("dump_h5.py", path);
        Assert.Equal(texts, found["/variable"]!["texts"]!.AsArray().Select(t => (string)t!));
        Assert.Equal("[4096]", found["/variable"]!["chunks"]!.ToJsonString());
        Assert.Equal("[null]", found["/variable"]!["maxshape"]!.ToJsonString());
        Assert.Empty(found["/none"]!["texts"]!.AsArray());
        AssertIs<byte>(found["/fixed"]!, "|S6", [.. "a\0\0\0\0\0\0\0\0\0\0\0mäuse"u8], 3);
        AssertIs<byte>(found["/scalar"]!, "|S1", [0]);
        AssertIs<byte>(found["/no names"]!, "|S1", [], 0);
        using var ours = Hdf5Reader.Open(path);
        Assert.Equal(texts, ours.ReadTexts("variable"));
        Assert.Equal(["a", "", "mäuse"], ours.ReadTexts("fixed"));
        using var pure = H5File.OpenRead(path);
        Assert.Equal(texts[1..], pure.Dataset("/variable").Read<string[]>()[1..]);
        AssertDumps(path);
    }

    [Fact]
    public void LinksAndSingleTextsReadAsTheyWere()
    {
        using var files = new TestFiles();
        var path = files.New("links.h5");
        using (var file = Hdf5Writer.Create(path))
        {
            file.Numbers<double>("a/data", [1, 2, 3], [3]);
            file.SoftLink("a/beside", "data");
            file.SoftLink("b/group", "/a");
            file.SoftLink("b/nowhere", "/not/there");
            // More members than a leaf has, links among them.
            for (var i = 0; i < 20; i++)
                file.SoftLink($"many/link {i}", $"/many/{i} ä");
            for (var i = 0; i < 20; i++)
                file.Numbers<int>($"many/{i} ä", [i], []);
            file.Text("text", "mäuse");
            file.Text("empty", "");
            file.VariableTextAttribute("text", "unit", "none");
            Assert.Throws<IOException>(() => file.VariableTextAttribute("b/group", "unit", "none"));
            Assert.Throws<IOException>(() => file.Numbers<int>("b/group/x", [1], []));
            Assert.Throws<IOException>(() => file.SoftLink("b/none", ""));
            file.Complete();
        }
        var found = OtherProgram.Python("links_h5.py", path);
        Assert.Equal("data", (string)found["links"]!["/a/beside"]!);
        Assert.Equal("/a", (string)found["links"]!["/b/group"]!);
        Assert.Equal("/not/there", (string)found["links"]!["/b/nowhere"]!);
        Assert.Equal(23, found["links"]!.AsObject().Count);
        Assert.Equal("[1.0,2.0,3.0]", found["values"]!["/a/beside"]!.ToJsonString());
        Assert.All(Enumerable.Range(0, 20), i => Assert.Equal(i, (int)found["values"]![$"/many/link {i}"]!));
        Assert.Equal("mäuse", (string)found["texts"]!["/text"]!);
        Assert.Equal("", (string)found["texts"]!["/empty"]!);
        using var ours = Hdf5Reader.Open(path);
        Assert.Equal([1.0, 2, 3], ours.ReadNumbers<double>("b/group/beside"));
        Assert.False(ours.Contains("b/nowhere"));
        Assert.Equal(["mäuse"], ours.ReadTexts("text"));
        AssertDumps(path);
    }

    [Fact]
    public void AttributesReadAsTheyWere()
    {
        using var files = new TestFiles();
        var path = files.New("attributes.h5");
        var (large, largest) = (new string('ä', 50_000), new string('x', 65_000));
        using (var file = Hdf5Writer.Create(path))
        {
            file.Group("metadata");
            file.Numbers<double>("metadata/data", [1], [1]);
            file.TextAttribute("metadata", "json", largest);
            file.TextAttribute("metadata", "empty", "");
            file.VariableTextAttribute("metadata", "text", large);
            file.VariableTextAttribute("metadata", "empty text", "");
            file.NumberAttribute("metadata", "format_id", 1.3);
            file.NumberAttribute<long>("/", "count", -5);
            for (var i = 0; i < 300; i++)
                file.NumberAttribute("metadata/data", $"number {i}", i);
            file.Complete();
        }
        var found = OtherProgram.Python("dump_h5.py", path);
        var attributes = found["/metadata"]!["attributes"]!;
        AssertIs<byte>(attributes["json"]!, "|S65000", System.Text.Encoding.UTF8.GetBytes(largest));
        AssertIs<byte>(attributes["empty"]!, "|S1", [0]);
        Assert.Equal(large, (string)attributes["text"]!["texts"]![0]!);
        Assert.Equal("", (string)attributes["empty text"]!["texts"]![0]!);
        AssertIs<double>(attributes["format_id"]!, "<f8", [1.3]);
        AssertIs<long>(found["/"]!["attributes"]!["count"]!, "<i8", [-5]);
        for (var i = 0; i < 300; i++)
            AssertIs<int>(found["/metadata/data"]!["attributes"]![$"number {i}"]!, "<i4", [i]);
        using var ours = Hdf5Reader.Open(path);
        Assert.Equal(largest, ours.ReadTextAttribute("metadata", "json"));
        Assert.Equal(large, ours.ReadTextAttribute("metadata", "text"));
        Assert.Equal(299, ours.ReadNumberAttribute("metadata/data", "number 299"));
        using var pure = H5File.OpenRead(path);
        Assert.Equal(largest, pure.Group("/metadata").Attribute("json").Read<string>());
        AssertDumps(path);
    }

    /// <summary>Of one skeleton with very many nodes, or of a long provenance.</summary>
    [Theory]
    [InlineData(65_400, 1)]
    [InlineData(65_536, 0)]
    [InlineData(65_536, 100)]
    [InlineData(3_000_000, 1)]
    public void AttributesOfAnySizeReadAsTheyWere(int size, int others)
    {
        using var files = new TestFiles();
        var path = files.New("large.h5");
        var (json, array) = (new string('j', size), new string('a', size));
        using (var file = Hdf5Writer.Create(path))
        {
            file.Group("metadata/group");
            file.TextAttribute("metadata", "json", json);
            file.Numbers<double>("array", [1, 2], [2]);
            file.TextAttribute("array", "note", array);
            file.FixedTexts("metadata/text", ["t"], [1]);
            for (var i = 0; i < others; i++)
                file.NumberAttribute("metadata", $"number {i}", i);
            file.Complete();
        }
        var found = OtherProgram.Python("dump_h5.py", path);
        var attributes = found["/metadata"]!["attributes"]!;
        AssertIs<byte>(attributes["json"]!, $"|S{size}", System.Text.Encoding.UTF8.GetBytes(json));
        Assert.Equal(others + 1, attributes.AsObject().Count);
        for (var i = 0; i < others; i++)
            AssertIs<int>(attributes[$"number {i}"]!, "<i4", [i]);
        Assert.Equal(["group", "text"], found["/metadata"]!["members"]!.AsArray().Select(m => (string)m!));
        AssertIs<double>(found["/array"]!, "<f8", [1, 2], 2);
        AssertIs<byte>(
            found["/array"]!["attributes"]!["note"]!,
            $"|S{size}",
            System.Text.Encoding.UTF8.GetBytes(array)
        );
        using var pure = H5File.OpenRead(path);
        Assert.Equal(json, pure.Group("/metadata").Attribute("json").Read<string>());
        AssertDumps(path);
    }

    /// <summary>33 × 8 members need a tree of two levels.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(10_000)]
    public void AGroupHasAllItsMembers(int count)
    {
        using var files = new TestFiles();
        var path = files.New("group.h5");
        var names = Enumerable.Range(0, count).Select(i => $"member {i * 7919 % 100_003}").ToList();
        using (var file = Hdf5Writer.Create(path))
        {
            file.Group("group");
            foreach (var name in names)
                file.Group($"group/{name}");
            file.Complete();
        }
        names.Sort(StringComparer.Ordinal);
        var found = OtherProgram.Python("dump_h5.py", path);
        Assert.Equal(names, found["/group"]!["members"]!.AsArray().Select(m => (string)m!));
        Assert.Equal(count + 2, found.AsObject().Count);
        using var ours = Hdf5Reader.Open(path);
        Assert.Equal(names, ours.Members("group"));
        Assert.All(names.Take(100), name => Assert.Empty(ours.Members($"group/{name}")));
    }

    /// <summary>More than 64 × 64 chunks need a tree of three levels.</summary>
    [Theory]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(5000)]
    public void ATableOfManyChunksReadsAsItWas(int chunks)
    {
        using var files = new TestFiles();
        var path = files.New("table.h5");
        var rows = new SlpNegativeRow[(chunks * 100) - 3];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = new SlpNegativeRow((uint)i, (ulong)i * 31);
        using (var file = Hdf5Writer.Create(path))
        {
            var table = file.Table<SlpNegativeRow>("table", SlpNegativeRow.Fields, expected: 100);
            // Pieces that end in, at and behind the ends of chunks.
            for (var (at, step) = (0, 1); at < rows.Length; at += step, step = (step * 3 % 1001) + 1)
            {
                step = Math.Min(step, rows.Length - at);
                table.Append(rows.AsSpan(at, step));
            }
            Assert.Equal(rows.Length, table.Count);
            file.Complete();
            // What is kept free on the disk for it is enough, and not much more: a few nodes of the tree.
            Assert.InRange(table.Space, file.End - 8192, file.End + (chunks * 8));
        }
        var found = OtherProgram.Python("dump_h5.py", path);
        AssertIs<SlpNegativeRow>(found["/table"]!, "[('video_id', '<u4'), ('frame_idx', '<u8')]", rows, rows.Length);
        using var ours = Hdf5Reader.Open(path);
        Assert.Equal(rows, ours.ReadRows<SlpNegativeRow>("table", SlpNegativeRow.Fields));
        AssertDumps(path);
    }

    [Theory]
    [InlineData(9001, 3)]
    [InlineData(5000, 2, 3, 4)]
    [InlineData(3, 5, 7, 2, 2)]
    [InlineData(4096)]
    public void PackedNumbersReadAsTheyWere(params int[] sizes)
    {
        using var files = new TestFiles();
        var path = files.New("packed.h5");
        var values = new double[sizes.Aggregate((a, b) => a * b)];
        for (var i = 0; i < values.Length; i++)
            values[i] = i % 100;
        using (var file = Hdf5Writer.Create(path))
        {
            file.Numbers<double>("packed", values, [.. sizes.Select(s => (long)s)], isCompressed: true);
            file.Complete();
        }
        var found = OtherProgram.Python("dump_h5.py", path)["/packed"]!;
        AssertIs<double>(found, "<f8", values, sizes);
        Assert.Equal(4, (int)found["gzip"]!);
        Assert.Equal(
            sizes.Select((s, axis) => axis == 0 ? Math.Min(s, Hdf5Writer.ChunkRows) : s),
            found["chunks"]!.AsArray().Select(c => (int)c!)
        );
        using var ours = Hdf5Reader.Open(path);
        Assert.Equal(values, ours.ReadNumbers<double>("packed"));
        using var pure = H5File.OpenRead(path);
        Assert.Equal(values, pure.Dataset("/packed").Read<double[]>());
        AssertDumps(path);
    }

    [Fact]
    public void TheSameContentGivesTheSameBytes()
    {
        using var files = new TestFiles();
        var labels = Labels.Load(TestFiles.Data("minimal_instance.pkg.slp"));
        labels.Save(files.New("poses.pkg.slp"));
        var first = File.ReadAllBytes(files.New("poses.pkg.slp"));
        Thread.Sleep(1100);
        labels.Save(files.New("poses.pkg.slp"));
        Assert.Equal(first, File.ReadAllBytes(files.New("poses.pkg.slp")));
    }

    internal static void AssertIs<T>(JsonNode found, string type, T[] values, params int[] sizes)
        where T : unmanaged
    {
        Assert.Equal(type, (string)found["type"]!);
        Assert.Equal(sizes, found["shape"]!.AsArray().Select(s => (int)s!));
        var bytes = MemoryMarshal.AsBytes(values.AsSpan());
        Assert.Equal(
            Convert.ToHexString(MD5.HashData(bytes)).ToLower(CultureInfo.InvariantCulture),
            (string)found["md5"]!
        );
    }

    /// <summary>h5dump reads all of it without a complaint, where it is installed.</summary>
    internal static void AssertDumps(string path)
    {
        var (code, output) = OtherProgram.Run("h5dump", "-o", "/dev/null", path);
        Assert.True(code is 0 or -1, output);
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private readonly record struct EveryKind(
        byte Boolean,
        byte Byte,
        int Int,
        uint UInt,
        long Long,
        ulong ULong,
        float Single,
        double Double
    );
}
