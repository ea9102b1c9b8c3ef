using System.Diagnostics;
using System.Globalization;
using Sleap.IO;

namespace Sleap.Studio.Tests;

public sealed class KilledSessionTests
{
    private const int Kills = 8;

    /// <summary>
    /// A session that is killed while it edits and saves leaves a file that can be read, and every edit that it
    /// acknowledged is in the file or restored from the journal.
    /// </summary>
    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("7")]
    public void ASessionThatIsKilledLosesNothing(string every)
    {
        using var files = new EditFiles();
        var path = files.Small();
        var random = new Random(every[0]);
        for (var i = 0; i < Kills; i++)
        {
            var acknowledged = KilledAfter(path, every, random.Next(0, 60));
            using var session = EditSession.Open(path, new EditOptions());
            Assert.Null(session.ReadOnlyBecause);
            Assert.True(Labels.Load(path).Frames.Count > 0);
            if (session.Pending is { } pending)
            {
                Assert.True(pending.CanRestore);
                Assert.Empty(pending.Problems);
                Assert.Empty(session.Restore());
            }

            var x = session.State.Frame(new FrameKey(1, 7))!.Instances[0].Points[0].X;
            // The last edit may have been on the disk before it was acknowledged.
            Assert.InRange(x, acknowledged, acknowledged + 1);
            if (session.Steps.Undo is null)
                continue;
            session.Undo();
            Assert.Equal(x - 1, session.State.Frame(new FrameKey(1, 7))!.Instances[0].Points[0].X);
            session.Redo();
        }
    }

    [SkippableTheory]
    [InlineData(16)]
    [InlineData(40)]
    public void ADiskThatIsFullLosesNothing(int kilobytes)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The limit on the size of files stands for a full disk.");
        using var files = new EditFiles();
        var path = files.Small();
        var before = File.ReadAllBytes(path);
        // No file may grow beyond this; the signal that would end the process is ignored, so that writing fails.
        var program =
            $"trap '' XFSZ; ulimit -f {kilobytes}; exec dotnet '{typeof(Program).Assembly.Location}' fill '{path}'";
        var start = new ProcessStartInfo("bash", ["-c", program])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // the runtime's own memory is a file too
        using var session = Process.Start(start)!;
        var error = session.StandardError.ReadToEndAsync();
        var lines = session.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        session.WaitForExit();
        Assert.True(lines.Length == 3, string.Join('\n', lines) + error.Result);
        var edits = int.Parse(lines[0].Split(' ')[0], CultureInfo.InvariantCulture);
        Assert.EndsWith(" NotWritten", lines[0]);
        Assert.InRange(edits, 10, 1000);
        Assert.Equal(edits, int.Parse(lines[1], CultureInfo.InvariantCulture));
        // The journal is full, so that the file is not replaced either: what it holds would not be known.
        Assert.Equal("NotWritten", lines[2]);
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal(2, Directory.GetFiles(files.Folder).Length);
        using var again = EditSession.Open(path);
        Assert.Equal(edits, again.Pending!.Edits);
        Assert.Empty(again.Pending.Problems);
        again.Restore();
        Assert.Equal(edits, again.State.Frame(new FrameKey(1, 7))!.Instances[0].Points[0].X);
        Assert.True(again.Save());
    }

    /// <summary>Kills a session some milliseconds after it began; returns the last edit that it acknowledged.</summary>
    private static int KilledAfter(string path, string every, int milliseconds)
    {
        using var session = EditSessionTests.Started("edit", path, every);
        var line = session.StandardOutput.ReadLine();
        Assert.True(line == "started", line ?? session.StandardError.ReadToEnd());
        line = session.StandardOutput.ReadLine();
        Thread.Sleep(milliseconds);
        session.Kill();
        var last = int.Parse(line!, CultureInfo.InvariantCulture);
        foreach (var text in session.StandardOutput.ReadToEnd().Split('\n').SkipLast(1))
            last = int.Parse(text, CultureInfo.InvariantCulture);
        session.WaitForExit();
        return last;
    }
}
