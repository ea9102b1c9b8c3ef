using BitMiracle.LibTiff.Classic;

namespace Sleap.IO.Tests;

public sealed class TiffTests
{
    [Theory]
    [InlineData(8, 1, Compression.NONE, Photometric.MINISBLACK)]
    [InlineData(16, 1, Compression.LZW, Photometric.MINISBLACK)]
    [InlineData(8, 3, Compression.LZW, Photometric.RGB)]
    [InlineData(16, 3, Compression.NONE, Photometric.RGB)]
    [InlineData(8, 1, Compression.NONE, Photometric.MINISWHITE)]
    [InlineData(8, 4, Compression.NONE, Photometric.RGB)]
    public void EveryPageIsAFrame(int bits, int samples, Compression packing, Photometric kind)
    {
        using var files = new TestFiles();
        Write(files.New("stack.tif"), pages: 5, bits, samples, packing, kind);
        using var source = Video.FromFile(files.New("stack.tif")).Open();
        Assert.Equal(
            (5, 6, 7, samples == 1 ? 1 : 3),
            (source.FrameCount, source.Height, source.Width, source.Channels)
        );
        foreach (var page in new[] { 4, 0, 3, 3, 1 })
        {
            var frame = source.Read(page);
            for (var i = 0; i < 6 * 7; i++)
            {
                for (var c = 0; c < frame.Channels; c++)
                {
                    Assert.Equal(
                        (byte)(Value(page, (i * samples) + c) ^ (kind == Photometric.MINISWHITE ? 0xFF : 0)),
                        frame.Pixels[(i * frame.Channels) + c]
                    );
                }
            }
        }
        Assert.IsType<ArgumentOutOfRangeException>(source.ReadMany([5]).Single().Error);
    }

    [Fact]
    public void AFolderOfTiffsIsAListOfPictures()
    {
        using var files = new TestFiles();
        foreach (var n in new[] { 10, 9 })
            Write(files.New($"img{n}.tiff"), 1, 8, 1, Compression.NONE, Photometric.MINISBLACK, n);
        var video = Video.FromFile(files.Folder);
        Assert.Equal(VideoKind.Images, video.Kind);
        using var source = video.Open();
        Assert.Equal([Value(9, 0), Value(10, 0)], source.ReadMany([0, 1]).Select(r => r.Frame!.Pixels[0]));
    }

    [Fact]
    public void AStackPassesThroughAnSlp()
    {
        using var files = new TestFiles();
        Write(files.New("stack.tif"), 3, 8, 1, Compression.NONE, Photometric.MINISBLACK);
        var video = Video.FromFile(files.New("stack.tif"));
        var skeleton = new Skeleton("s", ["a"]);
        new Labels([
            new LabeledFrame
            {
                Video = video,
                FrameIndex = 2,
                Instances = [new Instance { Skeleton = skeleton, Points = [new Point(1, 2)] }],
            },
        ]).Save(files.New("l.slp"));
        var again = Labels.Load(files.New("l.slp")).Videos.Single();
        Assert.Equal(VideoKind.Tiff, again.Kind);
        using var source = again.Open();
        Assert.Equal(Value(2, 0), source.Read(2).Pixels[0]);
    }

    [Fact]
    public void DamagedStacksAreReadOrRefused()
    {
        using var files = new TestFiles();
        Write(files.New("stack.tif"), 3, 8, 1, Compression.LZW, Photometric.MINISBLACK);
        var (original, random) = (File.ReadAllBytes(files.New("stack.tif")), new Random(3));
        var (read, refused) = (0, 0);
        for (var i = 0; i < 2000; i++)
        {
            try
            {
                var frame = ImageDecoder.Decode(Mutation.Of(original, random), 0, null, false, "damaged", null);
                Assert.Equal(frame.Height * frame.Width * frame.Channels, frame.Pixels.Length);
                read++;
            }
            catch (PoseFormatException fault)
            {
                Assert.Contains("damaged", fault.Message);
                refused++;
            }
        }
        Assert.InRange(read, 1, 1999);
        Assert.Equal(2000, read + refused);
    }

    private static byte Value(int page, int sample) => (byte)((page * 37) + (sample * 5));

    private static void Write(
        string path,
        int pages,
        int bits,
        int samples,
        Compression packing,
        Photometric kind,
        int first = 0
    )
    {
        using var tiff = Tiff.Open(path, "w");
        for (var page = 0; page < pages; page++)
        {
            tiff.SetField(TiffTag.IMAGEWIDTH, 7);
            tiff.SetField(TiffTag.IMAGELENGTH, 6);
            tiff.SetField(TiffTag.BITSPERSAMPLE, bits);
            tiff.SetField(TiffTag.SAMPLESPERPIXEL, samples);
            tiff.SetField(TiffTag.PHOTOMETRIC, kind);
            tiff.SetField(TiffTag.PLANARCONFIG, PlanarConfig.CONTIG);
            tiff.SetField(TiffTag.COMPRESSION, packing);
            tiff.SetField(TiffTag.ROWSPERSTRIP, 2);
            for (var y = 0; y < 6; y++)
            {
                // The lower byte of 16 is not to be seen in the frame.
                var row = Enumerable
                    .Range(y * 7 * samples, 7 * samples)
                    .SelectMany(s => bits == 8 ? new[] { Value(page + first, s) } : [0xAB, Value(page + first, s)])
                    .ToArray();
                tiff.WriteScanline(row, y);
            }
            tiff.WriteDirectory();
        }
    }
}
