namespace Sleap.MLNet.Tests;

public sealed class SampleCacheTests
{
    [Fact]
    public void What_does_not_fit_comes_back_from_the_file_by_several_threads()
    {
        var folder = Directory.CreateTempSubdirectory("cache-").FullName;
        using (var cache = new SampleCache(2500, folder))
        {
            byte[][] pictures =
            [
                .. Enumerable
                    .Range(0, 40)
                    .Select(i => Enumerable.Range(0, 1000).Select(k => (byte)(i * 7 + k)).ToArray()),
            ];
            SampleCache.Picture[] places = [.. pictures.Select(picture => cache.Add(picture))];
            Assert.Equal((2000, 38000), (cache.MemoryBytes, cache.FileBytes));
            Parallel.For(0, 400, i => Assert.Equal(pictures[i % 40], cache.Read(places[i % 40])));
        }
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        Directory.Delete(folder);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_named()
    {
        using var cache = new SampleCache(0, "/nowhere/at/all");
        var error = Assert.Throws<IOException>(() => cache.Add(new byte[10]));
        Assert.Contains("Training.CacheMegabytes", error.Message);
        Assert.Contains("/nowhere/at/all", error.Message);
    }
}
