using FsCheck.Xunit;

namespace Sleap.Cli.Tests;

public sealed class ShardTests
{
    [Property]
    public bool All_shards_together_are_the_frames_once_and_in_order(ushort length, byte parts)
    {
        var count = parts + 1;
        int[] frames = [.. Enumerable.Range(0, length % 2000).Select(i => 3 * i)];
        var sizes = Enumerable.Range(0, count).Select(index => new Shard(index, count).Of(frames).Count).ToList();
        return Enumerable.Range(0, count).SelectMany(index => new Shard(index, count).Of(frames)).SequenceEqual(frames)
            && sizes.Max() - sizes.Min() <= 1;
    }

    [Theory]
    [InlineData("0/1", 0, 10)]
    [InlineData("0/3", 0, 3)]
    [InlineData("2/3", 6, 10)]
    public void A_shard_is_a_range(string words, int first, int end) =>
        Assert.Equal(first..end, Shard.Parse(words).Of(10));

    [Fact]
    public void Long_recordings_do_not_overflow() =>
        Assert.Equal(2_000_000_000, new Shard(999, 1000).Of(2_000_000_000).End.Value);

    [Theory]
    [InlineData("3/3")]
    [InlineData("1")]
    [InlineData("-1/3")]
    [InlineData("0/0")]
    [InlineData("a/b")]
    [InlineData("1/2/3")]
    public void What_is_no_shard_is_said(string words) =>
        Assert.Contains(words, Assert.Throws<ArgumentException>(() => Shard.Parse(words)).Message);

    [Fact]
    public void A_shard_without_frames_is_a_file_without_frames()
    {
        var file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.slp");
        string[] what = ["predict", Cli.Data("small_robot.mp4"), "--frames", "0-1", "--shard", "0/3", "--out", file];
        try
        {
            var model = Path.Combine(Cli.Root, "tests", "golden", "models", "single_instance");
            Assert.Equal(0, (int)Cli.Json([.. what, "--model", model, "--tracking"])["requested"]!);
            Assert.Empty(IO.Labels.Load(file).Frames);
            Assert.Equal("A, B", string.Join(", ", IO.Labels.Load(file).Skeletons[0].Nodes));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Its_file_lies_beside_the_result() =>
        Assert.Equal("out/session.shard-2-of-8.slp", new Shard(2, 8).FileOf("out/session.slp"));
}
