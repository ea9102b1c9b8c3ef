using System.Diagnostics;

namespace Sleap.IO.Tests;

/// <summary>Every layout of HDF5 is read as h5py reads it, or refused by name.</summary>
public sealed class Hdf5LayoutsTests
{
    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Hdf5Made.Small, "*.h5").Select(f => Path.GetFileName(f)).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public void AFileOfTheRepositoryIsReadAsH5pyReadsIt(string name) =>
        Hdf5Made.AssertIsRead(Path.Combine(Hdf5Made.Small, name), Hdf5Made.Expected(Hdf5Made.Small)[name]!);

    [SkippableFact]
    public void FilesOfEveryVersionAreReadAsH5pyReadsThem()
    {
        Skip.IfNot(Hdf5Made.CanMake, "h5py is not there.");
        using var files = new TestFiles();
        Hdf5Made.Make(files.Folder, "all", "1");
        var expected = Hdf5Made.Expected(files.Folder);
        Assert.True(expected.Count > 20);
        foreach (var (name, told) in expected)
            Hdf5Made.AssertIsRead(files.New(name), told!);
    }

    [SkippableFact]
    public void AFileThatUnpacksToMoreThanTheMemoryIsRefused()
    {
        Skip.IfNot(Hdf5Made.CanMake, "h5py is not there.");
        using var files = new TestFiles();
        Hdf5Made.Make(files.Folder, "packed");
        var start = new ProcessStartInfo(
            "dotnet",
            [typeof(Program).Assembly.Location, "touch-hdf5", files.New("packed.h5")]
        )
        {
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x40000000";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.Contains("/tracks: declares 1572864000 bytes", output);
    }

    [Fact]
    public void LinksAreFollowedWithinTheFileOnly()
    {
        using var file = Hdf5Reader.Open(Path.Combine(Hdf5Made.Small, "links-latest.h5"));
        Assert.Equal(0, file.ReadNumbers<int>("soft").Single());
        Assert.Equal(1, file.ReadNumbers<int>("soft_group/up/soft_soft").Single());
        Assert.False(file.Contains("dangling"));
        Assert.Equal("other.h5:/x", file.Links("/")["outside"]);
        Assert.Equal("/many/member00000", file.Links("/")["soft"]);
        Assert.DoesNotContain("soft", file.Members("/"));
        Assert.Contains("other.h5", Assert.Throws<PoseFormatException>(() => file.Contains("outside")).Message);
        Assert.Contains("leads back", Assert.Throws<PoseFormatException>(() => file.Contains("loop")).Message);
    }

    [Fact]
    public void NumbersThatWereNeverWrittenAreTheFillValue()
    {
        using var file = Hdf5Reader.Open(Path.Combine(Hdf5Made.Small, "chunks-latest.h5"));
        var numbers = file.ReadNumbers<double>("extensible1");
        Assert.Contains(0, numbers.Select(double.IsNaN).Select(isNaN => isNaN ? 0 : 1));
        Assert.All(numbers[^7..], n => Assert.Equal(double.NaN, n));
        Assert.DoesNotContain(0.0, numbers);
    }

    [Theory]
    [InlineData("chunks-latest.h5", "extensible0", "EAIB")]
    [InlineData("chunks-latest.h5", "fixed0", "FADB")]
    [InlineData("chunks-latest.h5", "tree0", "BTLF")]
    [InlineData("links-latest.h5", "many/member00001", "FHDB")]
    [InlineData("links-latest.h5", "many/member00001", "OHDR")]
    public void DamagedMetadataIsFoundByItsChecksum(string name, string dataset, string block)
    {
        using var files = new TestFiles();
        var bytes = File.ReadAllBytes(Path.Combine(Hdf5Made.Small, name));
        for (var at = 0; at >= 0 && at < bytes.Length; at++)
        {
            var next = bytes.AsSpan(at).IndexOf(System.Text.Encoding.ASCII.GetBytes(block));
            if (next < 0)
                break;
            at += next;
            bytes[at + 30] ^= 1;
        }
        File.WriteAllBytes(files.New(name), bytes);
        var fault = Assert.Throws<PoseFormatException>(() =>
        {
            using var file = Hdf5Reader.Open(files.New(name));
            file.ReadRaw(dataset);
        });
        Assert.Contains("checksum is wrong", fault.Message);
    }
}
