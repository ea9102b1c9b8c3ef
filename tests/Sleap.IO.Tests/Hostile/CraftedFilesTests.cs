using System.Diagnostics;

namespace Sleap.IO.Tests;

/// <summary>
/// Each crafted file is refused by name, or read, by a process that may take 1 GB and 20 s.
/// </summary>
public sealed class CraftedFilesTests
{
    private const long MaxMemory = 1L << 30;
    private const long MaxFile = 8 << 20;
    private const int MaxMessage = 1000;

    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(20);

    public static TheoryData<string> Names => [.. CraftedFiles.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task ASmallFileDoesNotTakeTheMachine(string name)
    {
        using var files = new TestFiles();
        var path = CraftedFiles.All[name](files.Folder);
        Assert.InRange(new FileInfo(path).Length, 1, MaxFile);
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, "read", path])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_GCHeapHardLimit"] = $"0x{MaxMemory:x}";
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(MaxTime);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            Assert.Fail($"{name} is not read within {MaxTime}.");
        }
        Assert.True(process.ExitCode == 0, $"{name}: exit code {process.ExitCode}. {await errors}");
        Assert.InRange((await output).Length, 1, MaxMessage);
    }

    [Fact]
    public void DataThatWereNeverWrittenAreNotWritten()
    {
        using var files = new TestFiles();
        var (path, copy) = (files.New("a.slp"), files.New("b.slp"));
        using (var file = Hdf5Writer.Create(path))
        {
            file.Group("metadata");
            file.TextAttribute("metadata", "json", "{}");
            file.Rows<SlpFrameRow>("frames", [], SlpFrameRow.Fields);
            file.Rows<SlpInstanceRow>("instances", [], SlpInstanceRow.Fields);
            file.Rows<SlpPointRow>("points", [], SlpPointRow.Fields);
            file.Rows<SlpPredictedPointRow>("pred_points", [], SlpPredictedPointRow.Fields);
            var type = Hdf5TypeMessage.Number<byte>();
            var raw = new Hdf5Raw(new Hdf5Type(Hdf5Type.Kinds.Integer, 1), type, [1L << 33, 4], [], []);
            file.Raw("mine/whole", raw);
            file.Raw("mine/chunks", raw with { Chunk = [1 << 20, 4] });
            file.Complete();
        }
        Assert.Empty(Labels.Load(path).Save(copy));
        Assert.InRange(new FileInfo(copy).Length, 1, 1 << 16);
        using var copied = Hdf5Reader.Open(copy);
        Assert.Equal([1L << 33, 4], copied.Sizes("mine/whole"));
        Assert.Equal([1L << 33, 4], copied.Sizes("mine/chunks"));
        Assert.Equal(new byte[4], copied.ReadByteRow("mine/whole", 1 << 30));
    }
}
