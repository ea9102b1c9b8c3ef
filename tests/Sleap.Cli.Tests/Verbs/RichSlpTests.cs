using System.Text.Json.Nodes;
using Sleap.IO;

namespace Sleap.Cli.Tests;

/// <summary>A .slp that holds more than poses loses none of it, whichever verb writes it again.</summary>
public sealed class RichSlpTests : IDisposable
{
    private const string Beyond =
        "bboxes, centroids, mask_categories, mask_names, mask_rle, mask_sources, masks, "
        + "roi_categories, roi_names, roi_sources, roi_wkb, rois";

    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-rich").FullName;

    [Theory]
    [InlineData("convert")]
    [InlineData("track")]
    [InlineData("fix")]
    [InlineData("merge")]
    public void Every_verb_keeps_what_is_beyond_poses(string verb)
    {
        var (one, copy, target) = (In("one.slp"), In("copy.slp"), In("out.slp"));
        File.Copy(Rich, one);
        File.Copy(Rich, copy);
        var (code, _, error) = verb switch
        {
            "convert" => Cli.Run("convert", one, target),
            "merge" => Cli.Run("merge", one, copy, "--out", target),
            _ => Cli.Run(verb, one, "--out", target),
        };
        Assert.True(code == 0, error);
        Assert.DoesNotContain("Left out", error);
        var (before, after) = (Labels.Load(one), Labels.Load(target));
        Assert.Contains(after.Remarks, remark => remark.Contains(Beyond, StringComparison.Ordinal));
        Assert.Equal(Identities(before), Identities(after));
        Assert.Equal([new("sex", "female")], after.Identities[0].Metadata);
        Assert.Equal([77], after.Frames.Where(frame => frame.IsNegative).Select(frame => frame.FrameIndex));
        Assert.Equal([500], after.Suggestions.Select(suggestion => suggestion.FrameIndex));
        Assert.Equal(before.Videos.Select(video => video.Path), after.Videos.Select(video => video.Path));
        Assert.Single(after.Frames.SelectMany(frame => frame.Instances), i => i.FromPredicted is not null);
        // Only .slp holds sessions: a table of the file says whether it has them.
        Assert.Contains("recording sessions (1)", string.Join(' ', after.Save(In("table.csv"))));
        Assert.Empty(new[] { "a", "b" }.Except(after.Tracks.Select(track => track.Name)));
    }

    /// <summary>Two ranges, each with identities: those of one name are one, and data of the first range stay.</summary>
    [Fact]
    public void Merged_ranges_share_identities()
    {
        var whole = Labels.Load(Rich);
        var second = new Labels(
            whole.Frames.Where(frame => frame.FrameIndex >= 20),
            whole.Videos,
            suggestions: [new SuggestedFrame(whole.Videos[1], 9)]
        );
        File.Copy(Rich, In("a.slp"));
        second.Save(In("b.slp"));
        var (code, _, error) = Cli.Run("merge", In("a.slp"), In("b.slp"), "--out", In("out.slp"));
        Assert.True(code == 0, error);
        Assert.DoesNotContain("Left out", error);
        var merged = Labels.Load(In("out.slp"));
        Assert.Equal(["Ada", "Bob"], merged.Identities.Select(identity => identity.Name));
        Assert.Equal(Identities(whole), Identities(merged));
        Assert.Equal([500, 9], merged.Suggestions.Select(suggestion => suggestion.FrameIndex));
        Assert.Equal(["a", "b"], merged.Tracks.Select(track => track.Name));
        Assert.Contains(merged.Remarks, remark => remark.Contains(Beyond, StringComparison.Ordinal));
    }

    [Fact]
    public void Info_counts_the_instances_of_identities()
    {
        Assert.Contains("2 identities: Ada (5 instances), Bob (4 instances)", Cli.Run("info", Rich).Output);
        var report = JsonNode.Parse(Cli.Run("info", Rich, "--json").Output.Trim().Split('\n')[^1])!;
        Assert.Equal(
            """[{"name":"Ada","instances":5},{"name":"Bob","instances":4}]""",
            report["identities"]!.ToJsonString()
        );
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Rich => Path.Combine(Cli.Root, "tests", "golden", "files", "rich.slp");

    private string In(string name) => Path.Combine(_folder, name);

    private static IEnumerable<(int, double, string?, float)> Identities(Labels labels) =>
        labels.Frames.SelectMany(frame =>
            frame.Instances.Select(i => (frame.FrameIndex, i.Points[0].X, i.Identity?.Name, i.IdentityScore))
        );
}
