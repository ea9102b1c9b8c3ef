using System.Diagnostics;

namespace Sleap.IO.Tests;

public sealed class KilledWriterTests
{
    private const int Kills = 100;

    [Fact]
    public void AWriterThatIsKilledLeavesAWholeFile()
    {
        using var files = new TestFiles();
        var random = new Random(1);
        string[] sources = [TestFiles.Golden("by-hand.slp"), TestFiles.Data("small_robot_minimal.slp")];
        var names = sources.Select(s => Labels.Load(s).Skeletons.Single().Name).ToList();
        var seen = new Dictionary<string, int>();
        // Four writers at a time, each to a file of its own: starting takes longer than being killed.
        Parallel.For(
            0,
            4,
            new ParallelOptions { MaxDegreeOfParallelism = 4 },
            worker =>
            {
                var own = files.New($"poses{worker}.slp");
                for (var i = 0; i < Kills / 4; i++)
                {
                    int wait;
                    lock (random)
                        wait = random.Next(0, 60);
                    KillOne(own, sources, wait);
                    var name = Labels.Load(own).Skeletons.Single().Name;
                    lock (seen)
                        seen[name] = seen.GetValueOrDefault(name) + 1;
                }
            }
        );
        Assert.Equal(Kills, seen.Values.Sum());
        // Whichever was written last, and never a third thing; both turn up.
        Assert.Equal(names.Order(), seen.Keys.Order());
        Assert.All(
            Directory.GetFiles(files.Folder),
            f => Assert.True(f.EndsWith(".slp") || Path.GetFileName(f).StartsWith(".poses"))
        );
    }

    [SkippableFact]
    public void ADiskThatIsFullLeavesTheFileThatWasThere()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The limit on the size of files stands for a full disk.");
        using var files = new TestFiles();
        var own = files.New("poses.slp");
        File.Copy(TestFiles.Golden("by-hand.slp"), own);
        var before = File.ReadAllBytes(own);
        // No file may grow beyond 8 kB, as on a disk with as much left; the signal that would end the process is
        // ignored, so that writing fails.
        var program =
            $"trap '' XFSZ; ulimit -f 8; exec dotnet '{typeof(Program).Assembly.Location}' write '{own}' "
            + $"'{TestFiles.Golden("by-hand.slp")}' '{TestFiles.Data("small_robot_minimal.slp")}'";
        var start = new ProcessStartInfo("bash", ["-c", program])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // the runtime's own memory is a file too
        using var writer = Process.Start(start)!;
        var error = writer.StandardError.ReadToEndAsync();
        Assert.DoesNotContain("writing", writer.StandardOutput.ReadToEnd());
        writer.WaitForExit();
        Assert.NotEqual(0, writer.ExitCode);
        Assert.Contains("poses.slp", error.Result);
        Assert.Equal(before, File.ReadAllBytes(own));
        Assert.Single(Directory.GetFiles(files.Folder));
    }

    private static void KillOne(string path, string[] sources, int wait)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, "write", path, .. sources])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var writer = Process.Start(start)!;
        var line = writer.StandardOutput.ReadLine();
        Assert.True(line == "writing", line ?? writer.StandardError.ReadToEnd());
        Thread.Sleep(wait);
        writer.Kill();
        writer.WaitForExit();
    }
}
