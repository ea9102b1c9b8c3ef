using System.Globalization;
using Microsoft.ML;
using Sleap.Transforms;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

/// <summary>
/// Frames in tiles give the poses of whole frames. Alone, because one test looks at the memory of the whole process.
/// </summary>
[Collection(nameof(FrameTilesTests))]
[CollectionDefinition(nameof(FrameTilesTests), DisableParallelization = true)]
public sealed class FrameTilesTests(ITestOutputHelper output)
{
    private const string Flies = "../../examples/data/flies13/flies13_20190128.mp4",
        Robot = "../data/small_robot.mp4",
        Pair = "../data/centered_pair_small.mp4";
    private readonly MLContext _ml = new(1);

    private PoseCatalog Pose => _ml.Pose();

    // Sizes of the network input: 280 x 160, 384 x 384, 512 x 512, 384 x 384, 512 x 512; none is a multiple of the
    // tile.
    public static TheoryData<string[], string, int> Models =>
        new()
        {
            { ["models/single_instance"], Robot, 96 },
            { ["models/bottomup"], Pair, 200 },
            { ["models/multiclass_bottomup"], Flies, 384 },
            { ["models/centroid", "models/centered_instance"], Pair, 160 },
            { ["trained/flies13_bottomup"], Flies, 368 },
        };

    [Theory]
    [MemberData(nameof(Models))]
    public void Tiles_give_the_poses_of_whole_frames(string[] folders, string video, int side)
    {
        using var model = Pose.FromSleap([.. folders.Select(Golden.PathOf)]);
        var options = new PredictionOptions
        {
            Device = "cpu",
            BatchSize = 2,
            KeepFrameSize = true,
        };
        using var whole = model.With(options);
        using var tiled = model.With(options with { TileSize = side });
        int[] frames = video == Flies ? [40] : [0, 40, 41];
        var expected = Pose.ToLabels(whole.Transform(Pose.LoadVideo(Golden.PathOf(video), frames)));
        Assert.Contains(expected.Frames, frame => frame.Instances.Count > 0);
        PoseAssert.Same(expected, Pose.ToLabels(tiled.Transform(Pose.LoadVideo(Golden.PathOf(video), frames))));
        // With next to no overlap the same tiles do not: they were cut indeed.
        using var careless = model.With(options with { TileSize = side / 2, TileOverlap = 0 });
        Assert.ThrowsAny<Exception>(() =>
            PoseAssert.Same(expected, Pose.ToLabels(careless.Transform(Pose.LoadVideo(Golden.PathOf(video), frames))))
        );
    }

    [Fact]
    public void An_animal_across_a_seam_is_one_animal()
    {
        using var model = (BottomUpTransformer)Pose.FromSleap(Golden.PathOf("trained/flies13_bottomup"));
        var view = Pose.LoadVideo(Golden.PathOf(Flies), [0]);
        using var whole = model.With(new PredictionOptions { Device = "cpu" });
        var expected = Pose.ToLabels(whole.Transform(view)).Frames[0].Instances;
        var crossed = new HashSet<int>();
        foreach (var side in (int[])[320, 352])
        {
            using var tiled = model.With(new PredictionOptions { Device = "cpu", TileSize = side });
            PoseAssert.Same(expected, Pose.ToLabels(tiled.Transform(view)).Frames[0].Instances);
            var seams = new FrameTiles(tiled.Options)
                .Cut(512, side, 144)
                .Skip(1)
                .Select(tile => tile.From / tiled.Options.Scale)
                .ToArray();
            for (var animal = 0; animal < expected.Count; animal++)
            {
                var places = expected[animal].Points.Where(point => !point.IsMissing).ToArray();
                if (
                    seams.Any(seam =>
                        (places.Min(p => p.X) < seam && places.Max(p => p.X) > seam)
                        || (places.Min(p => p.Y) < seam && places.Max(p => p.Y) > seam)
                    )
                )
                {
                    crossed.Add(animal);
                }
            }
        }
        Assert.NotEmpty(crossed);
    }

    public static TheoryData<string, BackboneOptions> Backbones =>
        new()
        {
            {
                "default",
                new UNetOptions { Filters = 4, OutputStride = 2 }
            },
            {
                "transposed, shallow",
                new UNetOptions
                {
                    Filters = 4,
                    MaxStride = 4,
                    OutputStride = 1,
                    UpInterpolate = false,
                    MiddleBlock = false,
                }
            },
            {
                "as Keras",
                new UNetOptions
                {
                    Filters = 4,
                    MaxStride = 8,
                    OutputStride = 2,
                    UpInterpolate = false,
                    KerasUpsampling = true,
                }
            },
            {
                "stem",
                new UNetOptions
                {
                    Filters = 4,
                    StemStride = 2,
                    MaxStride = 8,
                    OutputStride = 4,
                }
            },
            {
                "kernel 4, three convolutions",
                new UNetOptions
                {
                    Filters = 4,
                    MaxStride = 8,
                    OutputStride = 4,
                    KernelSize = 4,
                    ConvsPerBlock = 3,
                }
            },
            {
                "two stacks",
                new UNetOptions
                {
                    Filters = 4,
                    MaxStride = 4,
                    OutputStride = 1,
                    Stacks = 2,
                }
            },
        };

    [Theory]
    [MemberData(nameof(Backbones))]
    public void What_lies_beyond_the_reach_changes_nothing(string name, BackboneOptions backbone)
    {
        var stride = backbone.Strides()[^1];
        var reach = NetworkSize.Reach(backbone)!.Value;
        var halo = (reach + stride - 1) / stride * stride;
        var options = new SingleInstanceOptions
        {
            Backbone = backbone,
            TileSize = 2 * halo + 2 * stride,
            BatchSize = 3,
        };
        var difference = Difference(options, 2 * options.TileSize.Value, options.TileSize.Value + stride);
        output.WriteLine($"{name}: reach {reach} px, tiles of {options.TileSize}, largest difference {difference:g2}");
        // Maps are about 1 high; single precision, and other tiles take other kernels.
        Assert.InRange(difference, 0, 1e-5);
        // Tiles that share nothing do differ, so there was something to get right.
        Assert.True(
            Difference(options with { TileOverlap = 0 }, 2 * options.TileSize.Value, options.TileSize.Value) > 1e-4
        );
    }

    public static TheoryData<string, BackboneOptions> FarSeeing =>
        new()
        {
            {
                "ConvNeXt",
                new ConvNeXtOptions { OutputStride = 4, Architecture = new([1, 1, 3, 1], [16, 32, 64, 128]) }
            },
            {
                "Swin Transformer",
                new SwinTOptions { OutputStride = 4, Architecture = new(24, [1, 1, 1, 1], [3, 3, 3, 3]) }
            },
        };

    [Theory]
    [MemberData(nameof(FarSeeing))]
    public void Backbones_that_see_farther_than_a_tile_come_near(string name, BackboneOptions backbone)
    {
        Assert.Null(NetworkSize.Reach(backbone));
        var options = new SingleInstanceOptions
        {
            Backbone = backbone,
            TileSize = 128,
            BatchSize = 4,
        };
        var (difference, without) = (
            Difference(options, 256, 128),
            Difference(options with { TileOverlap = 0 }, 256, 128)
        );
        output.WriteLine(
            $"{name} of random weights, tiles of 128 that share 64: largest difference {difference:g2} "
                + $"of maps that span 1; that share nothing: {without:g2}"
        );
        Assert.InRange(difference, 1e-6, without / 1.2);
    }

    [Fact]
    public void Tiles_cover_a_side_once_and_keep_away_from_their_borders()
    {
        var tiles = new FrameTiles(new SingleInstanceOptions()); // stride 16
        for (var size = 16; size < 1500; size += 48)
        {
            for (var halo = 16; halo < 160; halo += 32)
            {
                foreach (var side in (int[])[2 * halo + 16, 2 * halo + 80, 640])
                {
                    var parts = tiles.Cut(size, side, halo);
                    Assert.Equal(0, parts[0].From);
                    Assert.Equal(size, parts[^1].To);
                    Assert.All(parts.Zip(parts.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From));
                    Assert.All(
                        parts,
                        part =>
                        {
                            Assert.True(part.Start % 16 == 0 && part.From % 16 == 0 && part.From < part.To);
                            Assert.True(part.From == 0 || part.From - part.Start >= halo);
                            Assert.True(part.To == size || part.Start + part.Length - part.To >= halo);
                            Assert.InRange(part.Start + part.Length, 0, size);
                        }
                    );
                }
            }
        }
    }

    [Fact]
    public void The_tiles_are_saved_with_the_model_and_so_is_the_frame_s_own_size()
    {
        using var model = Pose.FromSleap(Golden.PathOf("models/single_instance"));
        using var tiled = model.With(
            new PredictionOptions
            {
                TileSize = 96,
                TileOverlap = 60,
                KeepFrameSize = true,
            }
        );
        using var file = new MemoryStream();
        _ml.Model.Save(tiled, null, file);
        file.Position = 0;
        using var loaded = (SingleInstanceTransformer)_ml.Model.Load(file, out _);
        Assert.Equal(
            (96, 60, PoseModelTransformer.AnySize),
            (loaded.Options.TileSize, loaded.Options.TileOverlap, loaded.Frame)
        );
        using var changed = loaded.With(new PredictionOptions { PeakThreshold = 0.5f });
        Assert.Equal((96, PoseModelTransformer.AnySize), (changed.Options.TileSize, changed.Frame));
    }

    [Fact]
    public void Every_fault_says_what_tiles_can_be()
    {
        using var model = Pose.FromSleap(Golden.PathOf("models/bottomup"));
        string Fault(PredictionOptions options) => Assert.Throws<ArgumentException>(() => model.With(options)).Message;
        Assert.Contains(
            "TileSize is 100, expected at least 136: neighboring tiles share 128 pixels",
            Fault(new() { TileSize = 100 })
        );
        Assert.Contains(
            "TileSize is 60, expected at least 72, more than TileOverlap (64",
            Fault(new() { TileSize = 60, TileOverlap = 60 })
        );
        Assert.Contains("TileOverlap is 60 and there is no TileSize", Fault(new() { TileOverlap = 60 }));
        Assert.Contains("TileOverlap is -1", Fault(new() { TileSize = 200, TileOverlap = -1 }));
        Assert.Contains("TileSize is 0", Fault(new() { TileSize = 0 }));
        using var crops = Pose.FromSleap(Golden.PathOf("models/centered_instance"));
        Assert.Contains(
            "crops cannot",
            Assert.Throws<ArgumentException>(() => crops.With(new() { TileSize = 200 })).Message
        );
    }

    [Fact]
    public void Without_room_for_whole_frames_a_U_Net_takes_tiles_by_itself()
    {
        var options = new SingleInstanceOptions
        {
            Backbone = new UNetOptions
            {
                Filters = 4,
                MaxStride = 8,
                OutputStride = 2,
            },
        };
        using var model = options.CreateModel(PoseSubject.Placeholder, Initialization.He, 1);
        model.Prepare(CPU);
        using var noGrad = no_grad();
        using var images = rand([1, 1, 640, 704]);
        var whole = model.Network.call(images)[0];
        // A megabyte is not enough for the maps of such an image; those of tiles are stitched to the same.
        var tiled = new FrameTiles(options) { AvailableBytes = 1 << 20 }.Run(model.Network, images)[0];
        Assert.Equal(whole.shape, tiled.shape);
        Assert.InRange(whole.sub(tiled).abs().max().item<float>(), 0, 1e-5f);
        var roomy = new FrameTiles(options) { AvailableBytes = 1L << 40 }.Run(model.Network, images)[0];
        Assert.Equal(0, whole.sub(roomy).abs().max().item<float>());
    }

    [SkippableFact]
    public void A_large_frame_takes_less_memory_in_tiles()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The peak of a process' memory can be set back on Linux only.");
        var options = new SingleInstanceOptions
        {
            Backbone = new UNetOptions
            {
                Filters = 8,
                MaxStride = 8,
                OutputStride = 2,
            },
        };
        long Peak(SingleInstanceOptions chosen)
        {
            using var model = chosen.CreateModel(PoseSubject.Placeholder, Initialization.He, 1);
            model.Prepare(CPU);
            using var inference = inference_mode(true);
            using var images = rand([1, 1, 1536, 1536]);
            var before = PeakFromNow();
            model.Find(images);
            return ResidentPeak() - before;
        }
        // The tiles go first: memory that was freed is not given back, and what goes second finds it there.
        var (tiled, whole) = (Peak(options with { TileSize = 384, BatchSize = 1 }), Peak(options));
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"a frame of 1536 x 1536: {whole >> 20} MiB, in tiles of 384: {tiled >> 20} MiB"
            )
        );
        Assert.True(tiled < whole / 3, $"whole {whole >> 20} MiB, tiled {tiled >> 20} MiB");
    }

    private static long PeakFromNow()
    {
        File.WriteAllText("/proc/self/clear_refs", "5");
        return ResidentPeak();
    }

    private static long ResidentPeak() =>
        1024
        * long.Parse(
            File.ReadLines("/proc/self/status")
                .First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2],
            CultureInfo.InvariantCulture
        );

    /// <summary>
    /// The largest difference between the maps of two images as a whole and in tiles, of a network of random weights
    /// whose maps are scaled to a spread of 1.
    /// </summary>
    private static double Difference(SingleInstanceOptions options, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var model = options.CreateModel(PoseSubject.Placeholder, Initialization.He, 1);
        model.Prepare(CPU);
        using var noGrad = no_grad();
        var images = rand([1, 1, height, width], ScalarType.Float32);
        var (whole, tiled) = (model.Network.call(images)[0], new FrameTiles(options).Run(model.Network, images)[0]);
        Assert.Equal(whole.shape, tiled.shape);
        return whole.sub(tiled).abs().max().item<float>() / (whole.max().item<float>() - whole.min().item<float>());
    }
}
