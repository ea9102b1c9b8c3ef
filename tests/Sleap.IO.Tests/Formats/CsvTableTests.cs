using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Sleap.IO.Tests;

public sealed class CsvTableTests : IDisposable
{
    private const string Tidy = "video,frame,node,x,y\nä.mp4,3,Fühler,1.5,-2\n";
    private readonly TestFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("utf-8", false)]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", false)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", false)]
    [InlineData("utf-16BE", true)]
    public void Utf8AndUtf16AreReadWithAndWithoutTheirMark(string name, bool hasMark)
    {
        var encoding = Encoding.GetEncoding(name);
        File.WriteAllBytes(Table, [.. hasMark ? encoding.GetPreamble() : [], .. encoding.GetBytes(Tidy)]);
        AssertTidy(Labels.Load(Table));
    }

    [Fact]
    public void OtherEncodingsAreRefusedWithTheNameThatWouldBeRead()
    {
        File.WriteAllBytes(Table, Encoding.Latin1.GetBytes(Tidy));
        var fault = Assert.Throws<PoseFormatException>(() => Labels.Load(Table));
        Assert.Equal("line 2", fault.Dataset);
        Assert.Contains("Windows-1252", fault.Cause);
        Assert.Contains("'ä.mp4,3,Fühler,1.5,-2'", fault.Cause);
    }

    [Theory]
    [InlineData("video;frame;node;x;y\r\nä.mp4;3;Fühler;1,5;-2\r\n")]
    [InlineData("\uFEFFsep=;\r\nvideo;frame;node;x;y\r\nä.mp4;3;Fühler;1,5;-2\r\n")]
    [InlineData("sep=;\r\nvideo;frame;node;x;y\r\nä.mp4;3;Fühler;1,5;-2\r\n")]
    [InlineData("video\tframe\tnode\tx\ty\nä.mp4\t3\tFühler\t1.5\t-2\n")]
    [InlineData("video;frame;node;x;y\nä.mp4;3;Fühler;1.5;-2\n")]
    [InlineData("\n\nvideo,frame,node,x,y\rä.mp4,3,\"Fühler\", 1.5 ,-2")]
    public void SpreadsheetsOfAnyCountryAreRead(string text)
    {
        File.WriteAllText(Table, text);
        AssertTidy(Labels.Load(Table));
    }

    [Theory]
    [InlineData("frame;node;x;y\n0;a;1,5;2\n1;a;1.234;2", "line 3, column x", "decimal sign")]
    [InlineData("frame;node;x;y\n0;a;1.234,5;2", "line 2, column x", "1.234,5")]
    [InlineData("frame,node,x,y\n0,a,\"1,5\",2", "line 2, column x", "decimal point")]
    [InlineData("frame,node,x,y\n0,a,-,2", "line 2, column x", "'-'")]
    [InlineData("frame,node,x,y\n0,a,1e999,2", "line 2, column x", "number")]
    [InlineData("frame,node,x,y\n\n\"0\n", "line 3", "quote")]
    [InlineData("frame,node,x,y\n0,a\0,1,2", "line 2", "zero byte")]
    [InlineData("frame,node,x,y\n0,\"a\nb\",1,2\n0,c,x,2", "line 4, column x", "'x'")]
    public void WhatIsRefusedIsNamedWithItsLine(string text, string place, string cause)
    {
        File.WriteAllText(Table, text);
        var fault = Assert.Throws<PoseFormatException>(() => Labels.Load(Table));
        Assert.Equal(place, fault.Dataset);
        Assert.Contains(cause, fault.Cause);
    }

    [Fact]
    public void MissingValuesOfOtherProgramsAreMissing()
    {
        string[] missing = ["NA", "N/A", "nan", "NaN", "-NaN", "", " ", "NULL", "None", "<NA>", "#N/A"];
        File.WriteAllLines(Table, ["frame,node,x,y", .. missing.Select((m, i) => $"{i},a,{m},{m}")]);
        Assert.All(Labels.Load(Table).Frames, f => Assert.True(f.Instances[0].Points[0].IsMissing));
    }

    [Fact]
    public void EndlessCellsAndRowsAreRefused()
    {
        File.WriteAllText(Table, $"frame,node,x,y\n0,{new string('a', 70_000)},1,2");
        Assert.Contains("65,536", Assert.Throws<PoseFormatException>(() => Labels.Load(Table)).Cause);
        File.WriteAllText(Table, $"frame,node,x,y\n0,\"{new string('\n', 40_000_000)}");
        Assert.Contains("longer than", Assert.Throws<PoseFormatException>(() => Labels.Load(Table)).Cause);
    }

    [Fact]
    public void SmallFilesOfManyNodesAndInstancesAreRefused()
    {
        var rows = Enumerable.Range(0, 30_000).Select(i => $"{i},n{i % 9_999},1,2");
        File.WriteAllLines(Table, ["frame,node,x,y", .. rows]);
        Assert.Contains("instances of", Assert.Throws<PoseFormatException>(() => Labels.Load(Table)).Cause);
    }

    [Theory]
    [InlineData("poses.csv")]
    [InlineData("poses.dlc.csv")]
    [InlineData("poses.json")]
    public void InfiniteNumbersAreNotWritten(string name)
    {
        var skeleton = new Skeleton("", ["nose"]);
        var instance = new Instance { Skeleton = skeleton, Points = [new Point(double.PositiveInfinity, 1)] };
        var frame = new LabeledFrame
        {
            Video = Video.FromFile("v.mp4"),
            FrameIndex = 7,
            Instances = [instance],
        };
        var fault = Assert.Throws<PoseFormatException>(() => new Labels([frame]).Save(_files.New(name)));
        Assert.Equal("frame 7 of v.mp4, node 'nose'", fault.Dataset);
        Assert.Empty(Directory.GetFiles(_files.Folder));
    }

    [Property(MaxTest = 200)]
    public Property WhatIsWrittenReadsBack() =>
        Prop.ForAll(
            Gen.Zip(
                    ArbMap.Default.GeneratorFor<NonNull<string>>().Select(s => Writable(s.Get)).NonEmptyListOf(),
                    ArbMap.Default.GeneratorFor<NormalFloat>().NonEmptyListOf()
                )
                .ToArbitrary(),
            made =>
            {
                var (texts, numbers) = made;
                using (var writer = new CsvTableWriter(File.Create(Table)))
                {
                    // The first row shows the separator, as a header of plain names does.
                    writer.Texts([.. texts.Select((_, i) => $"t{i}"), .. numbers.Select((_, i) => $"n{i}")]);
                    writer.EndRow();
                    writer.Texts(texts);
                    foreach (var number in numbers)
                        writer.Number((double)number);
                    writer.EndRow();
                }
                var row = CsvTable.Read(Table).Skip(1).Single();
                return row.Cells.Take(texts.Count).SequenceEqual(texts)
                    && numbers.Select((n, i) => row.Number(texts.Count + i, "n") == (double)n).All(same => same);
            }
        );

    private string Table => _files.New("table.csv");

    /// <summary>A text that is valid UTF-16 and has no zero.</summary>
    private static string Writable(string text) =>
        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace("\0", "", StringComparison.Ordinal);

    private static void AssertTidy(Labels labels)
    {
        var frame = labels.Frames.Single();
        Assert.Equal(("ä.mp4", 3, "Fühler"), (frame.Video.Path, frame.FrameIndex, labels.Skeletons[0].Nodes[0]));
        Assert.Equal((1.5, -2.0), (frame.Instances[0].Points[0].X, frame.Instances[0].Points[0].Y));
    }
}
