using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Sleap.IO;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

/// <summary>Networks that start from the weights of another: which weights, from where, what is refused.</summary>
public sealed class StartTests : IDisposable
{
    private static readonly UNetOptions Small = new()
    {
        Filters = 4,
        FiltersRate = 2,
        MaxStride = 8,
        OutputStride = 2,
    };

    private static readonly Skeleton Three = new("three", ["a", "b", "c"], [new Edge(0, 1), new Edge(1, 2)]);

    private readonly MLContext _ml = new(1);
    private readonly string _folder = Directory.CreateTempSubdirectory("start-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string, string> Folders =>
        new()
        {
            { "models/single_instance", "" },
            { "models/centroid", "best.ckpt" },
            { "models/centered_instance", "" },
            { "models/bottomup", "best.ckpt" },
            { "models/multiclass_bottomup", "" },
            { "models/multiclass_centered_instance", "" },
            { "legacy/minimal_robot.UNet.single_instance", "" },
            { "legacy/minimal_instance.UNet.bottomup", "best_model.h5" },
            { "legacy/min_tracks_2node.UNet.topdown_multiclass", "" },
        };

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_network_like_that_of_a_folder_gets_all_its_weights(string name, string file)
    {
        var path = Golden.PathOf(name);
        var folder = ModelFolder.Read(path);
        var subject = new PoseSubject(folder.Config.Skeleton!, folder.Config.Classes);
        using var expected = folder.Config.Options.CreateModel(subject);
        folder.Load(expected.Network);
        using var started = Started(folder.Config.Options, subject, new(Path.Combine(path, file)), out var told);
        AssertSame(expected, started, _ => true);
        Assert.DoesNotContain("new,", told);
        Assert.DoesNotContain("not used", told);
    }

    [Fact]
    public void Each_network_of_a_saved_model_goes_to_its_own_stage()
    {
        using var model = _ml.Pose()
            .FromSleap(Golden.PathOf("models/centroid"), Golden.PathOf("models/centered_instance"));
        var zip = Path.Combine(_folder, "model.zip");
        _ml.Model.Save(model, null, zip);
        _ml.Pose().SaveSleap(model, Path.Combine(_folder, "folders"));
        foreach (var path in (string[])[zip, Path.Combine(_folder, "folders")])
        {
            foreach (var network in model.Networks)
            {
                using var started = Started(network.Options, model.Subject, new(path), out _);
                AssertSame(network, started, _ => true);
            }
        }
        Assert.Equal(
            [typeof(CentroidOptions), typeof(CenteredInstanceOptions)],
            StartSource.OptionsOf(_ml, [zip]).Networks.Select(options => options.GetType())
        );
        Assert.IsType<TopDownOptions>(StartSource.OptionsOf(_ml, [Path.Combine(_folder, "folders")]));
    }

    [Fact]
    public void A_checkpoint_without_a_configuration_fits_by_its_shapes()
    {
        var file = Path.Combine(_folder, "alone.ckpt");
        File.Copy(Golden.PathOf("models/bottomup/best.ckpt"), file);
        var folder = ModelFolder.Read(Golden.PathOf("models/bottomup"));
        var subject = new PoseSubject(folder.Config.Skeleton!, []);
        using var expected = folder.Config.Options.CreateModel(subject);
        folder.Load(expected.Network);
        using var started = Started(folder.Config.Options, subject, new(file), out var told);
        AssertSame(expected, started, _ => true);
        Assert.Contains("in their order", told);
        var other = folder.Config.Options with { Backbone = Small };
        Assert.Contains("another one", Refused(other, subject, new(file)));
        // More nodes than the file has, and no names: the head starts anew.
        using var wider = Started(folder.Config.Options, new(Three, []), new(file), out var list);
        AssertSame(expected, wider, PoseNetwork.IsBackbone);
        Assert.Contains("expected (3, ", list);
    }

    [Fact]
    public void Nodes_and_edges_are_taken_over_by_name()
    {
        var options = new BottomUpOptions { Backbone = Small };
        var source = Saved(options, new(Three, []), 3);
        // c and a change places, b is gone; b → c has no counterpart, and c → a is another edge than a → c.
        var skeleton = new Skeleton("new", ["c", "x", "a"], [new Edge(2, 0), new Edge(1, 2)]);
        using var from = Load(source).Networks[0];
        using var fresh = options.CreateModel(new(skeleton, []), Initialization.He, 7);
        using var started = Started(options, new(skeleton, []), new(source), out var told);
        AssertSame(from, started, PoseNetwork.IsBackbone);
        const string Maps = "head_layers.0.MultiInstanceConfmapsHead.0.";
        foreach (var part in (string[])["weight", "bias"])
        {
            var (own, theirs, drawn) = (Of(started, Maps + part), Of(from, Maps + part), Of(fresh, Maps + part));
            Assert.Equal(theirs[2], own[0]);
            Assert.Equal(drawn[1], own[1]);
            Assert.Equal(theirs[0], own[2]);
        }
        AssertSame(fresh, started, name => name.StartsWith("head_layers.1.", StringComparison.Ordinal));
        Assert.Contains("x; not used", told);
        Assert.Contains("a → b, x", told);

        // The same edges in another order, one of them turned round.
        var turned = new Skeleton("turned", ["a", "b", "c"], [new Edge(1, 2), new Edge(1, 0)]);
        using var drawnAnew = options.CreateModel(new(turned, []), Initialization.He, 7);
        using var again = Started(options, new(turned, []), new(source), out _);
        const string Fields = "head_layers.1.PartAffinityFieldsHead.0.";
        foreach (var part in (string[])["weight", "bias"])
        {
            var (own, theirs, drawn) = (
                Of(again, Fields + part),
                Of(from, Fields + part),
                Of(drawnAnew, Fields + part)
            );
            Assert.Equal([theirs[2], theirs[3]], own[..2]);
            Assert.Equal([drawn[2], drawn[3]], own[2..]);
        }
    }

    [Fact]
    public void Classes_are_taken_over_by_name()
    {
        var options = new CenteredInstanceOptions
        {
            Backbone = Small,
            CropSize = 32,
            ClassVectors = new(),
        };
        var model = new TopDownIdOptions
        {
            Centroid = new() { Backbone = Small },
            CenteredInstance = options,
        };
        var source = Saved(model, new(Three, ["one", "two"]), 3);
        using var from = Load(source).Networks[1];
        var subject = new PoseSubject(Three, ["two", "three", "one"]);
        using var fresh = options.CreateModel(subject, Initialization.He, 7);
        using var started = Started(options, subject, new(source), out var told);
        const string Output = "head_layers.1.ClassVectorsHead.weight";
        var (own, theirs) = (Of(started, Output), Of(from, Output));
        Assert.Equal([theirs[1], Of(fresh, Output)[1], theirs[0]], own);
        AssertSame(from, started, name => !name.Contains(".ClassVectorsHead."));
        Assert.Contains("three", told);
    }

    [Fact]
    public void Before_the_first_step_it_predicts_what_its_source_predicts()
    {
        var options = new SingleInstanceOptions { Backbone = Small, PeakThreshold = 0 };
        var rgb = options with { Backbone = Small with { InChannels = 3 } };
        var subject = new PoseSubject(Three, []);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var images = rand(2, 1, 32, 48);
        float[] Points(PoseModel model) => [.. model.Find(images).SelectMany(image => image.Points)];
        Tensor Maps(PoseModel model) => model.Network.call(images)[0];

        var (source, colored) = (Saved(options, subject, 3), Saved(rgb, subject, 4));
        using var from = Load(source).Networks[0];
        using var same = Started(options, subject, new(source), out var none);
        same.Prepare(CPU);
        Assert.Equal(0, Golden.Difference(Maps(from), Maps(same)));
        Assert.Equal(Points(from), Points(same));
        Assert.DoesNotContain("channels of the image", none);

        // Gray images for three channels: 1e-3, the weights of the colors add up to 0.9999. The other way round: 1e-5,
        // the same sum in another order.
        using var three = Started(rgb, subject, new(source), out var wider);
        Assert.Equal(0, Golden.Difference(Maps(from), Maps(three)), 1e-3);
        Assert.Contains("from 1 to 3 channels", wider);
        using var one = Started(options, subject, new(colored), out var narrower);
        Assert.Equal(0, Golden.Difference(Maps(Load(colored).Networks[0]), Maps(one)), 1e-5);
        Assert.Contains("from 3 to 1 channels", narrower);
    }

    [Fact]
    public void Maps_of_another_stride_take_the_blocks_that_there_are()
    {
        var options = new SingleInstanceOptions { Backbone = Small };
        var source = Saved(options, new(Three, []), 3);
        using var from = Load(source).Networks[0];
        var finer = options with { Backbone = Small with { OutputStride = 1 } };
        using var one = Started(finer, new(Three, []), new(source) { Heads = null }, out var told);
        var theirs = from.Network.state_dict().Keys.Where(PoseNetwork.IsBackbone).ToHashSet();
        AssertSame(from, one, theirs.Contains);
        Assert.Contains("_s2_to_s1", told);
        var coarser = options with { Backbone = Small with { OutputStride = 4 } };
        using var four = Started(coarser, new(Three, []), new(source), out var left);
        AssertSame(from, four, PoseNetwork.IsBackbone);
        Assert.Contains("not used, since the maps", left);
        Assert.Contains("OutputStride is 2 there and 4 here", left);
    }

    [Fact]
    public void Backbone_and_heads_can_be_taken_alone_or_from_two_models()
    {
        var options = new SingleInstanceOptions { Backbone = Small };
        var (one, two) = (Saved(options, new(Three, []), 3), Saved(options, new(Three, []), 4));
        using var first = Load(one).Networks[0];
        using var second = Load(two).Networks[0];
        using var fresh = options.CreateModel(new(Three, []), Initialization.He, 7);
        using var both = Started(options, new(Three, []), new() { Backbone = one, Heads = two }, out _);
        AssertSame(first, both, PoseNetwork.IsBackbone);
        AssertSame(second, both, name => !PoseNetwork.IsBackbone(name));
        using var backbone = Started(options, new(Three, []), new() { Backbone = one }, out _);
        AssertSame(fresh, backbone, name => !PoseNetwork.IsBackbone(name));
        using var heads = Started(options, new(Three, []), new() { Heads = two }, out _);
        AssertSame(fresh, heads, PoseNetwork.IsBackbone);
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_its_reason()
    {
        var options = new SingleInstanceOptions { Backbone = Small };
        var subject = new PoseSubject(Three, []);
        var source = Saved(options, subject, 3);
        string With(BackboneOptions backbone) => Refused(options with { Backbone = backbone }, subject, new(source));
        Assert.Contains("Filters is 4 there and 8 here", With(Small with { Filters = 8 }));
        Assert.Contains("MaxStride is 8 there and 16 here", With(Small with { MaxStride = 16 }));
        Assert.Contains("UpInterpolate is true there and false here", With(Small with { UpInterpolate = false }));
        var staged = new ConvNeXtOptions { Architecture = new([1, 1, 1, 1], [4, 8, 8, 8]), OutputStride = 2 };
        Assert.Contains("UNetOptions there and ConvNeXtOptions here", With(staged));

        var other = new PoseSubject(new Skeleton("other", ["d", "e"]), []);
        Assert.Contains("a, b, c there and d, e here", Refused(options, other, new(source)));
        using (Started(options, other, new(source) { Heads = null }, out _)) { }
        Assert.Contains(
            "It has no CentroidConfmapsHead",
            Refused(new CentroidOptions { Backbone = Small }, subject, new(source))
        );

        var missing = Path.Combine(_folder, "none.zip");
        Assert.Contains(missing, Refused<FileNotFoundException>(options, subject, new(missing)));
        Assert.Contains(_folder, Refused(options, subject, new(_folder)));
    }

    [Fact]
    public void Damaged_files_are_refused()
    {
        var options = new SingleInstanceOptions { Backbone = Small };
        var subject = new PoseSubject(Three, []);
        var source = Saved(options, subject, 3);
        var bytes = File.ReadAllBytes(source);
        var checkpoint = File.ReadAllBytes(Golden.PathOf("models/single_instance/best.ckpt"));
        var random = new Random(2);
        foreach (var (whole, name) in new[] { (bytes, "m.zip"), (checkpoint, "c.ckpt") })
        {
            var file = Path.Combine(_folder, name);
            List<byte[]> damaged =
            [
                [],
                [1, 2, 3],
                whole[..(whole.Length / 2)],
            ];
            for (var i = 0; i < 20 && whole == bytes; i++)
            {
                var changed = (byte[])whole.Clone();
                changed[random.Next(changed.Length)] ^= 0x55;
                damaged.Add(changed);
            }
            foreach (var content in damaged)
            {
                File.WriteAllBytes(file, content);
                // A byte outside of the model's own part may change nothing.
                if (content.Length < whole.Length)
                {
                    Assert.Contains(name, Refused(options, subject, new(file)));
                    continue;
                }
                try
                {
                    Started(options, subject, new(file), out _).Dispose();
                }
                catch (PoseFormatException refused)
                {
                    Assert.Contains(name, refused.Message);
                }
            }
        }
    }

    [Fact]
    public void Weights_that_are_no_numbers_are_refused()
    {
        var options = new SingleInstanceOptions { Backbone = Small };
        using var model = options.CreateModel(new(Three, []), Initialization.He, 3);
        using (no_grad())
            model.Network.parameters().First().fill_(float.NaN);
        ModelFolder.Write(_folder, model.Network, SleapConfigWriter.Write(options, new(Three, []), (64, 64)));
        Assert.Contains("no numbers", Refused(options, new(Three, []), new(_folder)));
    }

    [Fact]
    public void Keys_of_sleap_nn_say_the_same()
    {
        var text = SleapConfigWriter.Write(
            new SingleInstanceOptions
            {
                Backbone = Small,
                Training = new() { StepsPerEpoch = 10 },
            },
            new(Three, []),
            (64, 64)
        );
        StartOptions? Read(string model, string trainer)
        {
            var path = Path.Combine(_folder, "config.yaml");
            // The keys are there, with null.
            string[] own = ["pretrained_backbone_weights", "pretrained_head_weights", "resume_ckpt_path"];
            var without = text.Split('\n').Where(line => !own.Any(line.Contains));
            File.WriteAllText(
                path,
                string.Join('\n', without)
                    .Replace("model_config:", $"model_config:\n{model}")
                    .Replace("trainer_config:", $"trainer_config:\n{trainer}")
            );
            var config = SleapConfig.Read(path);
            Assert.Empty(config.Remarks);
            return config.Options.Training.Start;
        }
        const string Backbone = "  pretrained_backbone_weights: a.ckpt",
            Heads = "  pretrained_head_weights: b.ckpt";
        Assert.Null(Read("", ""));
        Assert.Null(Read("  pretrained_backbone_weights: null", "  resume_ckpt_path: null"));
        Assert.Equal(new StartOptions { Backbone = "a.ckpt" }, Read(Backbone, ""));
        Assert.Equal(new StartOptions { Backbone = "a.ckpt", Heads = "b.ckpt" }, Read($"{Backbone}\n{Heads}", ""));
        Assert.Equal(new StartOptions("r.ckpt"), Read($"{Backbone}\n{Heads}", "  resume_ckpt_path: r.ckpt"));
    }

    /// <summary>A saved model with weights drawn by the seed.</summary>
    private string Saved(PoseModelOptions options, PoseSubject subject, int seed)
    {
        var path = Path.Combine(_folder, $"{Guid.NewGuid():N}.zip");
        PoseModel[] networks =
        [
            .. options.Networks.Select(one => one.CreateModel(subject, Initialization.Default, seed)),
        ];
        using var model = options.CreateTransformer(new(_ml, options, subject, PoseModelTransformer.AnySize, networks));
        _ml.Model.Save(model, null, path);
        return path;
    }

    private PoseModelTransformer Load(string path) => (PoseModelTransformer)_ml.Model.Load(path, out _);

    private PoseModel Started(NetworkOptions options, PoseSubject subject, StartOptions start, out string told)
    {
        var stage = new TrainingStage(options with { Training = new() { Start = start } }, subject);
        var model = stage.CreateModel(7);
        using var channel = ((IHostEnvironment)_ml).Register("start").Start("test");
        StartWeights.Of(stage, _ml)!.MoveTo(model.Network, _folder, channel);
        told = File.ReadAllText(Path.Combine(_folder, StartWeights.FileName));
        return model;
    }

    private string Refused(NetworkOptions options, PoseSubject subject, StartOptions start) =>
        Refused<PoseFormatException>(options, subject, start);

    private string Refused<T>(NetworkOptions options, PoseSubject subject, StartOptions start)
        where T : Exception => Assert.Throws<T>(() => Started(options, subject, start, out _)).Message;

    private static void AssertSame(PoseModel expected, PoseModel actual, Func<string, bool> which)
    {
        var (theirs, own) = (expected.Network.state_dict(), actual.Network.state_dict());
        string[] names = [.. own.Keys.Where(which)];
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Equal(0, Golden.Difference(theirs[name].detach(), own[name].detach())));
    }

    /// <summary>The rows of a parameter.</summary>
    private static float[][] Of(PoseModel model, string name)
    {
        var parameter = model.Network.state_dict()[name].detach();
        var values = parameter.Values<float>();
        return [.. values.Chunk(values.Length / (int)parameter.shape[0])];
    }
}
