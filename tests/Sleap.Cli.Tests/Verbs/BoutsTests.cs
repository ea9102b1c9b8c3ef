using Sleap.IO;

namespace Sleap.Cli.Tests;

public sealed class BoutsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-bouts-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Contact by measures, to every format and back, each with the same bouts.</summary>
    [Fact]
    public void Bouts_of_a_measure_go_through_every_format()
    {
        var poses = Cli.Data("flies13_20190128.predictions.slp");
        Cli.Json("analyze", poses, "--fps", "25", "--contact", "10", "--out", In("measures.csv"));
        var answer = Cli.Json(
            "bouts",
            In("measures.csv"),
            "--column",
            "Contact",
            "--close-gaps",
            "0.2s",
            "--min-length",
            "10",
            "--fps",
            "25",
            "--out",
            In("contact.csv")
        );
        var bouts = Bout.Load(In("contact.csv"));
        Assert.Equal((int)answer["bouts"]!, bouts.Count);
        Assert.Equal(["track_0", "track_1"], answer["behaviors"]!.AsArray().Select(one => (string?)one!["subject"]));
        Assert.All(bouts, bout => Assert.True(bout is { Behavior: "Contact", FrameCount: >= 10, IsPredicted: true }));
        Cli.Json("bouts", In("contact.csv"), "--fps", "25", "--out", In("contact.boris.tsv"));
        Cli.Json("bouts", In("contact.boris.tsv"), "--poses", poses, "--out", In("contact.slp"));
        Cli.Json("bouts", In("contact.slp"), "--out", In("again.csv"));
        // BORIS does not say who scored.
        Assert.Equal(bouts.Select(bout => bout with { IsPredicted = false }), Bout.Load(In("again.csv")));
        Assert.Contains($"{bouts.Count} bouts: Contact ({bouts.Count})", Cli.Run("info", In("contact.slp")).Output);
        var metrics = Cli.Json("bouts", In("again.csv"), "--truth", In("contact.csv"))["metrics"]![0]!;
        Assert.Equal((1.0, 1.0), ((double)metrics["f1"]!, (double)metrics["frame_f1"]!));
    }

    [Fact]
    public void Names_and_numbers_of_columns_are_behaviors()
    {
        Write(
            "table.csv",
            "frame,track,what,flag",
            "2,a,groom,",
            "0,a,groom,1",
            "1,a,other,NaN",
            "0,b,,0",
            "1,b,rest,1.0"
        );
        var answer = Cli.Json(
            "bouts",
            In("table.csv"),
            "--column",
            "what",
            "--column",
            "flag",
            "--no-behavior",
            "other"
        );
        Assert.Equal(
            ["flag a 1", "flag b 1", "groom a 2", "rest b 1"],
            answer["behaviors"]!.AsArray().Select(one => $"{one!["behavior"]} {one["subject"]} {one["bouts"]}")
        );
        var longer = Cli.Json("bouts", In("table.csv"), "--column", "flag", "--min-length", "2", "--close-gaps", "9");
        Assert.Equal(0, (int)longer["bouts"]!);
    }

    [Theory]
    [InlineData("frame,x\n0,1\n", 1, "line 1: has no column 'what'", "--column", "what")]
    [InlineData("x,what\n0,1\n", 1, "line 1: has no column 'frame'", "--column", "what")]
    [InlineData("frame,what\n0,0.5\n", 1, "line 2, column what: is 0.5", "--column", "what")]
    [InlineData("frame,what\n-1,1\n", 1, "line 2, column frame: is '-1'", "--column", "what")]
    [InlineData(
        "frame,instance,track,what\n0,0,,1\n0,1,,1\n",
        1,
        "line 3: is the second instance without a track",
        "--column",
        "what"
    )]
    [InlineData("a,b\n1,2\n", 1, "line 1: no row names the columns of bouts")]
    [InlineData("", 1, "empty")]
    [InlineData(
        "behavior,from,to\na,0,9\n",
        1,
        "--min-length is in seconds, and the frame rate is not known",
        "--min-length",
        "0.5s"
    )]
    [InlineData(
        "behavior,from,to\na,0,9\n",
        2,
        "--min-length is '-1', expected a whole number of frames",
        "--min-length",
        "-1"
    )]
    [InlineData(
        "behavior,from,to\na,0,9\n",
        2,
        "--close-gaps is '1.5', expected a whole number of frames",
        "--close-gaps",
        "1.5"
    )]
    [InlineData("behavior,from,to\na,0,9\n", 2, "--close-gaps is '0,5s'", "--close-gaps", "0,5s")]
    [InlineData("behavior,from,to\na,0,9\n", 1, "--fps is -5, expected more than 0", "--fps", "-5")]
    [InlineData("behavior,from,to\na,0,9\n", 1, "--poses", "--out", "out.slp")]
    [InlineData("behavior,from,to\na,0,9\n", 1, "needs the frame rate", "--out", "out.boris.csv")]
    [InlineData("behavior,from,to\na,0,9\n", 1, "expected NAME.csv", "--out", "out.txt")]
    public void What_cannot_be_used_is_named(string table, int code, string message, params string[] words)
    {
        File.WriteAllText(In("t.csv"), table);
        var (exit, _, error) = Cli.Run([
            "bouts",
            In("t.csv"),
            .. words.Select(word => word.StartsWith("out.") ? In(word) : word),
        ]);
        Assert.Equal(code, exit);
        Assert.Contains(message, error);
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Poses_are_no_table_and_may_have_no_events()
    {
        var poses = Cli.Data("flies13_20190128.predictions.slp");
        var (code, _, error) = Cli.Run("bouts", poses, "--column", "Contact");
        Assert.Equal(1, code);
        Assert.Contains("'sleap analyze' writes tables", error);
        (code, _, error) = Cli.Run("bouts", poses);
        Assert.Equal(0, code);
        Assert.Contains("has no events", error);
        File.Copy(poses, In("poses.csv"));
        Assert.Contains("the file is not text", Cli.Run("bouts", In("poses.csv"), "--column", "x").Error);
    }

    /// <summary>Names of a received table are shown as text of one line.</summary>
    [Fact]
    public void A_person_reads_a_table()
    {
        Write("t.csv", "behavior,subject,from,to", "[red]groom[/],a,0,9", "rest,a,10,11");
        var (code, output, _) = Cli.Run("bouts", In("t.csv"), "--truth", In("t.csv"), "--fps", "10");
        Assert.Equal(0, code);
        Assert.Contains("[red]groom[/]", output);
        Assert.Matches(@"rest +a +1 +2 +0\.2 s", output);
        Assert.Contains("2 bouts", output);
    }

    private string In(string name) => Path.Combine(_folder, name);

    private void Write(string name, params string[] lines) => File.WriteAllLines(In(name), lines);
}
