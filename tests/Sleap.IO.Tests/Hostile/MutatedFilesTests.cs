using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using BitMiracle.LibTiff.Classic;

namespace Sleap.IO.Tests;

/// <summary>
/// Two thousand damaged files of each format: each is read or refused by name, within 5 s and 1 GB, and nothing is
/// written anywhere. With the environment variable FUZZ_MINUTES, as many as fit into this time for each test, with
/// other damage each time: SECURITY.md says how.
/// </summary>
public sealed class MutatedFilesTests
{
    private const int Times = 2000;
    private const long MostMemory = 1L << 30;
    private static readonly double? Minutes = Environment.GetEnvironmentVariable(Mutator.MinutesVariable)
        is { Length: > 0 } text
        ? double.Parse(text, CultureInfo.InvariantCulture)
        : null;

    private static readonly string Openfield = Path.Combine(
        TestFiles.Root,
        "examples",
        "data",
        "openfield",
        "labeled-data",
        "m4s1"
    );

    [Theory]
    [InlineData("by-hand.slp", 1)]
    [InlineData("by-hand.pkg.slp", 2)]
    [InlineData("centered_pair.dlc.csv", 3)]
    [InlineData("analysis.matlab.h5", 4)]
    [InlineData("centered_pair.coco.json", 5)]
    [InlineData("centered_pair.sleap.csv", 6)]
    [InlineData("centered_pair.points.csv", 7)]
    [InlineData("centered_pair.instances.csv", 8)]
    [InlineData("centered_pair.frames.csv", 9)]
    [InlineData("centered_pair.nwb", 10)]
    [InlineData("rich.slp", 15)]
    public void EveryDamagedFileIsReadOrRefused(string name, int seed) => Mutate(TestFiles.Golden(name), seed);

    [Theory]
    [InlineData("by-hand.slp", 41)]
    [InlineData("by-hand.pkg.slp", 42)]
    [InlineData("analysis.matlab.h5", 43)]
    [InlineData("centered_pair.nwb", 44)]
    public void EveryFileWithDamagedMetadataIsReadOrRefused(string name, int seed) =>
        Mutate(TestFiles.Golden(name), seed, "mutate-blocks", Times / 4);

    [Fact]
    public void EveryDamagedTidyTableIsReadOrRefused()
    {
        using var files = new TestFiles();
        Labels.Load(TestFiles.Golden("analysis.matlab.h5")).Save(files.New("poses.csv"));
        Mutate(files.New("poses.csv"), 11);
    }

    [Theory]
    [InlineData("t.csv", 45)]
    [InlineData("t.boris.tsv", 46)]
    public void EveryDamagedTableOfBoutsIsReadOrRefused(string name, int seed)
    {
        using var files = new TestFiles();
        Bout.Save(Bout.Load(TestFiles.Golden("rich.slp")), files.New(name), 25);
        Mutate(files.New(name), seed, "mutate-bouts");
    }

    [Fact]
    public void EveryDamagedDeepLabCutHdf5IsReadOrRefused() =>
        Mutate(Path.Combine(Openfield, "CollectedData_Pranav.h5"), 12);

    [Theory]
    [InlineData("dlc_fixed_h5/CollectedData_me.h5", 15)]
    [InlineData("dlc_fixed_h5/videoDLC_ma_unique_fixed.h5", 16)]
    [InlineData("dlc_fixed_h5/objects.h5", 17)]
    [InlineData("dlc_fixed_h5/blocks-table.h5", 18)]
    [InlineData("slp_of_sleap_io_js/flat2d.slp", 19)]
    [InlineData("slp_of_sleap_io_js/dense.slp", 20)]
    public void EveryDamagedFileOfOtherProgramsIsReadOrRefused(string name, int seed) =>
        Mutate(TestFiles.Data($"cases/{name}"), seed);

    [Theory]
    [InlineData("attributes-earliest.h5", 21)]
    [InlineData("attributes-latest.h5", 22)]
    [InlineData("chunks-latest.h5", 23)]
    [InlineData("links-earliest.h5", 24)]
    [InlineData("links-latest.h5", 25)]
    [InlineData("types-earliest.h5", 26)]
    [InlineData("types-latest.h5", 27)]
    [InlineData("sizes-4.h5", 28)]
    [InlineData("userblock.h5", 29)]
    [InlineData("shared.h5", 30)]
    public void EveryDamagedHdf5IsReadOrRefused(string name, int seed) =>
        Mutate(Path.Combine(Hdf5Made.Small, name), seed, "mutate-hdf5");

    [Theory]
    [InlineData("a.png", 51)]
    [InlineData("a.jpg", 52)]
    [InlineData("a.bmp", 53)]
    [InlineData("a.tif", 54)]
    public void EveryDamagedImageIsReadOrRefused(string name, int seed)
    {
        using var files = new TestFiles();
        WriteImage(files.New(name));
        Mutate(files.New(name), seed, "mutate-image");
    }

    [Fact]
    public void EveryDamagedDeepLabCutProjectIsReadOrRefused()
    {
        using var files = new TestFiles();
        Directory.CreateDirectory(files.New("project/labeled-data/m4s1"));
        File.WriteAllText(
            files.New("project/config.yaml"),
            "Task: t\nscorer: me\nskeleton:\n- - snout\n  - tailbase\n- - leftear\n  - rightear\n"
        );
        File.WriteAllLines(
            files.New("project/labeled-data/m4s1/CollectedData_me.csv"),
            File.ReadLines(Path.Combine(Openfield, "CollectedData_Pranav.csv")).Take(20)
        );
        Mutate(files.New("project"), 13);
    }

    [Fact]
    public void EveryDamagedYoloFolderIsReadOrRefused()
    {
        using var files = new TestFiles();
        var skeleton = new Skeleton("s", ["a", "b"], [new Edge(0, 1)], [new Symmetry(0, 1)]);
        var pictures = files.New("pictures");
        Directory.CreateDirectory(pictures);
        for (var i = 0; i < 2; i++)
        {
            File.WriteAllBytes(
                Path.Combine(pictures, $"{i}.png"),
                ImageEncoder.Png(new Frame(0, 8, 9, 1, new byte[72]))
            );
        }

        var video = Video.FromFile(pictures);
        new Labels([
            .. Enumerable
                .Range(0, 2)
                .Select(i => new LabeledFrame
                {
                    Video = video,
                    FrameIndex = i,
                    Instances = [new Instance { Skeleton = skeleton, Points = [new Point(1, 2), new Point(3, 4)] }],
                }),
        ]).Save(files.New("yolo/data.yaml"));
        Mutate(files.New("yolo"), 14);
    }

    [Theory]
    [InlineData("../../evil.mp4", "../../evil")]
    [InlineData("/etc/passwd", "a/b\\c")]
    [InlineData("x/../../y.mp4", "..")]
    [InlineData("\0", "con")]
    public void NamesThatLeadElsewhereWriteNothingElsewhere(string video, string name)
    {
        using var files = new TestFiles();
        var inner = Directory.CreateDirectory(files.New("a/b/target")).FullName;
        var skeleton = new Skeleton(name, [name]);
        LabeledFrame In(string path) =>
            new()
            {
                Video = Video.FromFile(path),
                FrameIndex = 0,
                Instances =
                [
                    new Instance
                    {
                        Skeleton = skeleton,
                        Points = [new Point(1, 2)],
                        Track = new Track(name),
                    },
                ],
            };
        foreach (
            var ending in new[]
            {
                "l.slp",
                "l.h5",
                "l.json",
                "l.csv",
                "CollectedData_l.csv",
                "l.pkg.slp",
                "yolo/data.yaml",
            }
        )
        {
            try
            {
                new Labels([In(video), In("second" + video)]).Save(Path.Combine(inner, ending));
            }
            catch (Exception fault) when (fault is IOException or PoseFormatException or ArgumentException)
            {
                // Pictures of a video that is not there; names that no format takes.
            }
        }
        Assert.Equal(["target"], Directory.GetFileSystemEntries(files.New("a/b")).Select(Path.GetFileName));
        Assert.Equal(["a"], Directory.GetFileSystemEntries(files.Folder).Select(Path.GetFileName));
        Assert.All(
            Directory.GetFiles(inner, "*", SearchOption.AllDirectories),
            f => Assert.StartsWith(inner + "/", Path.GetFullPath(f))
        );
        Assert.NotEmpty(Directory.GetFiles(inner));
    }

    [Fact]
    public void YamlThatNestsOrRefersBackWithoutEndIsRefused()
    {
        using var files = new TestFiles();
        foreach (
            var text in new[]
            {
                new string('[', 100_000),
                string.Concat(Enumerable.Repeat("{a: ", 100_000)),
                string.Concat(Enumerable.Repeat("- ", 50_000)),
                "[*a, " + string.Concat(Enumerable.Repeat("*b, ", 20)) + "]",
            }
        )
        {
            File.WriteAllText(files.New("data.yaml"), $"a: &a [1]\nb: &b [*a]\nkpt_shape: {text}");
            Assert.Contains("data.yaml", Assert.Throws<PoseFormatException>(() => Labels.Load(files.Folder)).Message);
        }
    }

    private static void WriteImage(string path)
    {
        const int Side = 16;
        var pixels = new byte[Side * Side * 3];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(i * 7);
        var frame = new Frame(0, Side, Side, 3, pixels);
        switch (Path.GetExtension(path))
        {
            case ".png":
                File.WriteAllBytes(path, ImageEncoder.Png(frame));
                break;
            case ".jpg":
                File.WriteAllBytes(path, ImageEncoder.Jpeg(frame));
                break;
            case ".bmp":
                var header = new byte[54];
                "BM"u8.CopyTo(header);
                (header[10], header[14], header[18], header[22], header[26], header[28]) = (54, 40, Side, Side, 1, 24);
                File.WriteAllBytes(path, [.. header, .. pixels]);
                break;
            default:
                using (var tiff = Tiff.Open(path, "w"))
                {
                    tiff.SetField(TiffTag.IMAGEWIDTH, Side);
                    tiff.SetField(TiffTag.IMAGELENGTH, Side);
                    tiff.SetField(TiffTag.BITSPERSAMPLE, 8);
                    tiff.SetField(TiffTag.SAMPLESPERPIXEL, 3);
                    tiff.SetField(TiffTag.PHOTOMETRIC, Photometric.RGB);
                    tiff.SetField(TiffTag.PLANARCONFIG, PlanarConfig.CONTIG);
                    tiff.SetField(TiffTag.COMPRESSION, Compression.LZW);
                    for (var y = 0; y < Side; y++)
                        tiff.WriteScanline(pixels[(y * Side * 3)..((y + 1) * Side * 3)], y);
                }

                break;
        }
    }

    private static void Mutate(string source, int seed, string verb = "mutate", int times = Times)
    {
        using var files = new TestFiles();
        if (Minutes is not null)
            (seed, times) = (Random.Shared.Next(), int.MaxValue);
        var start = new ProcessStartInfo(
            "dotnet",
            [typeof(Program).Assembly.Location, verb, source, files.Folder, $"{seed}", $"{times}"]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = files.Folder,
        };
        // More than this on the managed heap is an OutOfMemoryException, which is no PoseFormatException.
        start.Environment["DOTNET_GCHeapHardLimit"] = $"0x{MostMemory:x}";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(
            process.ExitCode == 0,
            $"{verb} {source} with seed {seed}: exit code {process.ExitCode}. {errors.Result}"
        );
        var result = JsonNode.Parse(output)!;
        if (Minutes is not null)
            times = (int)result["read"]! + (int)result["refused"]!;
        // Both kinds must occur, or the damage was not what it should be.
        Assert.InRange((int)result["read"]!, 1, times - 1);
        Assert.Equal(times, (int)result["read"]! + (int)result["refused"]!);
        Assert.InRange((long)result["peak_bytes"]!, 1, MostMemory);
        Assert.Equal([Path.GetFileName(source)], Directory.GetFileSystemEntries(files.Folder).Select(Path.GetFileName));
    }
}
