using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Sleap.IO.Tests;

/// <summary>Tables of bouts: those of this library, and the aggregated and tabular events of BORIS.</summary>
public sealed class BoutTableTests
{
    private const string Aggregated =
        "Observation id\tObservation date\tDescription\tMedia file\tTotal length\tFPS\tSubject\tstrain\tSubject\tBehavior\t"
        + "Behavioral category\tModifiers\tBehavior type\tStart (s)\tStop (s)\tDuration (s)\tComment start\tComment stop\n";
    private const string Tabular =
        "Observation id\tday 1\nMedia file(s)\nPlayer #1\tC:\\videos\\cage.mp4\nObservation date\t2026-01-02\n\n"
        + "Time\tMedia file path\tTotal length\tFPS\tSubject\tBehavior\tBehavioral category\tComment\tStatus\n";

    /// <summary>An independent variable is named as a column of BORIS is.</summary>
    [Fact]
    public void AggregatedEventsOfBorisAreRead() =>
        Assert.Equal(
            [
                new Bout(null, "rear", 0, 0) { Video = "cage.mp4" },
                new Bout("a", "groom", 3, 24) { Video = "cage.mp4" },
                new Bout("a", "sniff", 10, 10) { Video = "cage.mp4" },
            ],
            Loaded(
                Aggregated
                    + Row("a", "groom", "STATE", "0.120", "1.000", "0.880")
                    + Row("a", "sniff", "POINT", "0.400", "0.400", "NA")
                    + Row("No focal subject", "rear", "STATE", "0.000", "0.010", "0.010")
            )
        );

    [Fact]
    public void TabularEventsOfBorisAreReadInAnyOrderOfRows()
    {
        Bout[] expected =
        [
            new("a", "groom", 3, 24) { Video = "C:\\videos\\cage.mp4" },
            new("b", "rear", 5, 5) { Video = "C:\\videos\\cage.mp4" },
            new("a", "groom", 25, 49) { Video = "C:\\videos\\cage.mp4" },
        ];
        string[] rows =
        [
            Event("0.120", "a", "groom", "START"),
            Event("0.200", "b", "rear", "POINT"),
            Event("1.000", "a", "groom", "STOP"),
            Event("1.000", "a", "groom", "START"),
            Event("2.000", "a", "groom", "STOP"),
        ];
        Assert.Equal(expected, Loaded(Tabular + string.Concat(rows)));
        Assert.Equal(expected, Loaded(Tabular + string.Concat(rows.Reverse())));
    }

    /// <summary>A second player shows the same time; a semicolon of a name separates nothing.</summary>
    [Theory]
    [InlineData("Player #2\tD:\\side.mp4\n", "C:\\videos\\cage.mp4")]
    [InlineData("", "C:\\a;b\\cage.mp4")]
    public void OneVideoNeedsNoLength(string second, string video) =>
        Assert.Equal(
            [new Bout("a", "groom", 3, 24) { Video = video }],
            Loaded(
                (
                    Tabular.Replace("cage.mp4\n", $"cage.mp4\n{second}")
                    + Event("0.120", "a", "groom", "START")
                    + Event("1.000", "a", "groom", "STOP")
                ).Replace("C:\\videos\\cage.mp4", video)
            )
        );

    [Fact]
    public void WhatATableCannotHoldIsSaid()
    {
        using var files = new TestFiles();
        Bout[] bouts = [new("=a()", "groom", 0, 1) { Target = "b", IsPredicted = true }];
        Assert.Equal(3, Bout.Save(bouts, files.New("t.boris.csv"), 25).Count);
        Assert.Contains("=a()", Assert.Single(Bout.Save(bouts, files.New("t.csv"))));
        Assert.Empty(Bout.Save([new Bout("a", "groom", 0, 1)], files.New("t.boris.csv"), 25));
    }

    /// <summary>Newer versions have a row for each observation's events and no rows above.</summary>
    [Fact]
    public void TabularEventsOfNewerVersionsAreRead() =>
        Assert.Equal(
            [new Bout("a", "groom", 3, 24) { Video = "cage.mp4" }],
            Loaded(
                "Observation id,Source,Observation type,FPS (frame/s),Subject,Behavior,Modifier #1,Behavior type,Time,"
                    + "Media file name,Image index,Comment\n"
                    + "o1,player #1:cage.mp4,Media file(s),25.0,a,groom,,START,0.120,cage.mp4,3,\n"
                    + "o1,player #1:cage.mp4,Media file(s),25.0,a,groom,,STOP,1.000,cage.mp4,25,\n"
            )
        );

    /// <summary>Times run over all videos of an observation.</summary>
    [Fact]
    public void VideosOfOneObservationFollowEachOther()
    {
        Video[] videos = [Length("/here/one.mp4", 50), Length("/here/two.mp4", 50)];
        var text = Aggregated + Row("a", "groom", "STATE", "1.800", "2.200", "0.400", "one.mp4;two.mp4");
        Assert.Equal(
            [new Bout("a", "groom", 45, 49) { Video = "one.mp4" }, new Bout("a", "groom", 0, 4) { Video = "two.mp4" }],
            Loaded(text, videos: videos)
        );
        Assert.Contains("2 videos one after the other", Refused(text).Message);
    }

    [Theory]
    [InlineData("\uFEFF", ",", false)]
    [InlineData("", ";", false)]
    [InlineData("", "\t", true)]
    public void OtherSeparatorsAndEncodingsAreRead(string mark, string separator, bool isUtf16)
    {
        using var files = new TestFiles();
        var text = mark + (Aggregated + Row("ä", "groom", "STATE", "0.120", "1.000", "0.880")).Replace("\t", separator);
        File.WriteAllText(
            files.New("t.txt"),
            text,
            isUtf16 ? new UnicodeEncoding(bigEndian: false, byteOrderMark: false) : new UTF8Encoding(false)
        );
        Assert.Equal([new Bout("ä", "groom", 3, 24) { Video = "cage.mp4" }], Bout.Load(files.New("t.txt")));
    }

    [Fact]
    public void DecimalCommasAreReadWhereCommasDoNotSeparate()
    {
        var row = Row("a", "groom", "STATE", "0,120", "1,000", "0,880")
            .Replace("25.0", "25,0")
            .Replace("60.000", "60,000");
        Assert.Contains("column FPS: is '25.0'", Refused(Aggregated + row.Replace("25,0", "25.0")).Message);
        Assert.Equal((3, 24), (Loaded(Aggregated + row)[0].FirstFrame, Loaded(Aggregated + row)[0].LastFrame));
        Assert.Contains(
            "line 2: has 23 cells, and the header has 18",
            Refused((Aggregated + row).Replace('\t', ',')).Message
        );
        var quoted = Regex.Replace(row, @"\d+,\d+", "\"$0\"").Replace("\"25,0\"", "25");
        Assert.Contains(
            "line 2, column Start (s): is '0,120'",
            Refused((Aggregated + quoted).Replace('\t', ',')).Message
        );
    }

    [Theory]
    [InlineData("STATE", "0.120", "NA", "line 2, column Stop (s): is empty")]
    [InlineData("STATE", "NA", "1.000", "line 2, column Start (s): is empty")]
    [InlineData("STATE", "x", "1.000", "line 2, column Start (s): is 'x'")]
    [InlineData("STATE", "-1", "1.000", "line 2, column Start (s): is -1")]
    [InlineData("STATE", "1e300", "1e300", "line 2: has a time of 1E+300 s")]
    [InlineData("STATE", "1.000", "0.120", "line 2, column Stop (s): is 0.120, before the start")]
    [InlineData("OTHER", "0.120", "1.000", "line 2, column Behavior type: is 'OTHER'")]
    public void WrongCellsOfAggregatedEventsAreNamed(string type, string start, string stop, string message) =>
        Assert.Contains(message, Refused(Aggregated + Row("a", "groom", type, start, stop, "1")).Message);

    [Theory]
    [InlineData("0.1 START", "line 7, column Status: is START of 'groom' of 'a', which has no STOP")]
    [InlineData("0.1 STOP", "line 7, column Status: is STOP of 'groom' of 'a', without a START")]
    [InlineData(
        "0.1 START|0.2 START|0.3 STOP|0.4 STOP",
        "line 8, column Status: is START of 'groom' of 'a', and the one of line 7"
    )]
    [InlineData("0.1 START|0.2 STOP|0.3 STOP", "line 9, column Status: is STOP of 'groom' of 'a', without a START")]
    [InlineData("0.1 BEGIN", "line 7, column Status: is 'BEGIN'")]
    [InlineData("x START", "line 7, column Time: is 'x'")]
    public void WrongRowsOfTabularEventsAreNamed(string events, string message)
    {
        var rows = events.Split('|').Select(row => row.Split(' ')).Select(row => Event(row[0], "a", "groom", row[1]));
        Assert.Contains(message, Refused(Tabular + string.Concat(rows)).Message);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("\n\n", "no row names the columns of bouts")]
    [InlineData("frame,x,y\n1,2,3\n", "line 1: no row names the columns of bouts")]
    [InlineData("behavior,from,to\ngroom,1\n", "line 2: has 2 cells, and the header has 3")]
    [InlineData("behavior,from,to\ngroom,5,3\n", "line 2, column to: is 3, before from, which is 5")]
    [InlineData("behavior,from,to\ngroom,1.5,3\n", "line 2, column from: is '1.5'")]
    [InlineData("behavior,from,to\ngroom,,3\n", "line 2, column from")]
    [InlineData("behavior,from,to\ngroom,1,2147483647\n", "line 2: The frames of a bout")]
    [InlineData("behavior,from,to\n,1,3\n", "line 2, column behavior: is empty")]
    [InlineData("behavior,from,to\n\"a\nb\",1,3\n", "line 2: The name of a behavior has a line break")]
    [InlineData("behavior,from,to,predicted\na,1,3,maybe\n", "line 2, column predicted: is 'maybe'")]
    public void OtherTablesAreRefusedByName(string text, string message) =>
        Assert.Contains(message, Refused(text).Message);

    /// <summary>Times in seconds are no frames without a frame rate.</summary>
    [Fact]
    public void TheFrameRateIsAskedFor()
    {
        var text = (Aggregated + Row("a", "groom", "STATE", "0.120", "1.000", "0.880")).Replace("\t25.0\t", "\tNA\t");
        Assert.Contains("line 2, column FPS: is not known", Refused(text).Message);
        Assert.Equal((6, 49), (Loaded(text, 50)[0].FirstFrame, Loaded(text, 50)[0].LastFrame));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loaded(text, 0));
        Assert.Throws<ArgumentException>(() => Bout.Save([], "bouts.boris.csv"));
        Assert.Throws<ArgumentException>(() => Bout.Save([], "bouts.txt"));
        Assert.Throws<FileNotFoundException>(() => Bout.Load("none.csv"));
    }

    [Fact]
    public void ATableOfFramesNeedsThreeColumns() =>
        Assert.Equal([new Bout(null, "groom", 3, 24)], Loaded("From;To;Behavior;note\n3;24;groom;x\n;;;\n"));

    /// <summary>Names may hold anything of one line; frames and names read back, whatever the frame rate.</summary>
    [Property(MaxTest = 100)]
    public Property WhatIsWrittenReadsBack() =>
        Prop.ForAll(
            Gen.Choose(0, 1_000_000).ToArbitrary(),
            Gen.Elements("t.csv", "t.boris.csv", "t.boris.tsv").ToArbitrary(),
            Gen.Elements(1, 12.5, 25, 29.97, 30, 59.94, 120, 500, 1000, 20000).ToArbitrary(),
            (seed, name, rate) =>
            {
                using var files = new TestFiles();
                var bouts = Random(new Random(seed), isBoris: name.Contains("boris"));
                Bout.Save(bouts.Reverse(), files.New(name), rate);
                Assert.Equal(Bout.InOrder(bouts), Bout.Load(files.New(name)));
            }
        );

    private static Bout[] Random(Random random, bool isBoris)
    {
        string?[] names = [null, "a", "b \"c\"", "=cmd()", "d;e,f\tg".Replace('\t', ' '), "ä ö"];
        return
        [
            .. Enumerable
                .Range(0, random.Next(12))
                .Select(_ =>
                {
                    var first = random.Next(100_000);
                    return new Bout(
                        names[random.Next(names.Length)],
                        names[1 + random.Next(names.Length - 1)]!,
                        first,
                        first + random.Next(5)
                    )
                    {
                        Video = random.Next(2) == 0 ? "one.mp4" : "C:\\two, 2.mp4",
                        Target = isBoris ? null : names[random.Next(names.Length)],
                        IsPredicted = !isBoris && random.Next(2) == 0,
                    };
                }),
        ];
    }

    private static string Row(
        string subject,
        string behavior,
        string type,
        string start,
        string stop,
        string duration,
        string media = "cage.mp4"
    ) =>
        $"o1\t2026-01-02\t\t{media}\t60.000\t25.0\tindependent\tB6\t{subject}\t{behavior}\t\t\t{type}\t{start}\t{stop}\t"
        + $"{duration}\t\t\n";

    private static string Event(string time, string subject, string behavior, string status) =>
        $"{time}\tC:\\videos\\cage.mp4\t60.000\t25.0\t{subject}\t{behavior}\t\t\t{status}\n";

    private static Video Length(string path, int frames) =>
        new(path, VideoKind.Movie) { Shape = new VideoShape(frames, 8, 8, 1) };

    private static IReadOnlyList<Bout> Loaded(string text, double? rate = null, IReadOnlyList<Video>? videos = null)
    {
        using var files = new TestFiles();
        File.WriteAllText(files.New("t.txt"), text);
        return Bout.Load(files.New("t.txt"), rate, videos);
    }

    private static PoseFormatException Refused(string text) => Assert.Throws<PoseFormatException>(() => Loaded(text));
}
