using System.Text.Json.Nodes;
using YamlDotNet.RepresentationModel;

namespace Sleap.MLNet.Tests;

/// <summary>Every key of sleap-nn 0.3.5 changes options, is named, or is listed as having no meaning.</summary>
public sealed class ConfigKeysTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("keys-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Values for keys whose type alone does not tell a possible one.</summary>
    private static readonly Dictionary<string, string> Values = new()
    {
        ["data_config.preprocessing.crop_mode"] = "bbox",
        ["data_config.preprocessing.crop_size"] = "160",
        ["data_config.preprocessing.max_height"] = "200",
        ["data_config.preprocessing.max_width"] = "200",
        ["data_config.preprocessing.scale"] = "0.5",
        ["data_config.preprocessing.tiling.tile_size"] = "512",
        ["data_config.preprocessing.tiling.overlap"] = "256",
        ["data_config.skeletons"] = "[{nodes: [{name: A}, {name: B}], edges: [], name: fly}]",
        ["data_config.split.split_by"] = "video",
        ["data_config.validation_fraction"] = "0.3",
        ["model_config.backbone_config.unet.in_channels"] = "3",
        ["model_config.backbone_config.unet.max_stride"] = "32",
        ["model_config.backbone_config.unet.stem_stride"] = "2",
        ["model_config.backbone_config.convnext.in_channels"] = "3",
        ["model_config.backbone_config.swint.in_channels"] = "3",
        ["model_config.backbone_config.convnext.max_stride"] = "64",
        ["model_config.backbone_config.swint.max_stride"] = "64",
        ["model_config.backbone_config.convnext.stem_patch_stride"] = "4",
        ["model_config.backbone_config.swint.stem_patch_stride"] = "4",
        ["model_config.backbone_config.convnext.model_type"] = "small",
        ["model_config.backbone_config.swint.model_type"] = "small",
        ["model_config.init_weights"] = "xavier",
        ["model_config.head_configs.centroid.confmaps.centroid_source"] = "user",
        ["model_config.head_configs.bottomup.pafs.edges"] = "[[B, A]]",
        ["trainer_config.lr_scheduler.reduce_lr_on_plateau.threshold_mode"] = "rel",
        ["trainer_config.model_ckpt.monitor"] = "train/loss",
        ["trainer_config.optimizer_name"] = "AdamW",
        ["trainer_config.optimizer.lr"] = "0.01",
        ["trainer_config.lr_scheduler.step_lr.gamma"] = "0.7",
        ["trainer_config.lr_scheduler.reduce_lr_on_plateau.factor"] = "0.7",
    };

    /// <summary>Keys that another key must switch on.</summary>
    private static readonly (string Prefix, string Needs)[] Switches =
    [
        ("data_config.preprocessing.max_height", "data_config.preprocessing.max_width=100"),
        (
            "model_config.head_configs.centroid.confmaps.centroid_fallback",
            "model_config.head_configs.centroid.confmaps.anchor_part=A"
        ),
        (
            "model_config.head_configs.centered_instance.confmaps.centroid_fallback",
            "model_config.head_configs.centered_instance.confmaps.anchor_part=A"
        ),
        (
            "model_config.head_configs.multi_class_topdown.confmaps.centroid_fallback",
            "model_config.head_configs.multi_class_topdown.confmaps.anchor_part=A"
        ),
        ("data_config.preprocessing.ensure_grayscale", "model_config.backbone_config.unet.in_channels=3"),
        ("data_config.preprocessing.max_width", "data_config.preprocessing.max_height=100"),
        ("data_config.preprocessing.tiling.", "data_config.preprocessing.tiling.enabled=true"),
        ("data_config.preprocessing.crop_bbox_", "data_config.preprocessing.crop_mode=bbox"),
        ("data_config.bbox_", "data_config.preprocessing.crop_mode=bbox"),
        ("data_config.preprocessing.tiling.overlap", "data_config.preprocessing.tiling.tile_size=512"),
        (
            "data_config.augmentation_config.intensity.uniform",
            "data_config.augmentation_config.intensity.uniform_noise_p=1"
        ),
        (
            "data_config.augmentation_config.intensity.gauss",
            "data_config.augmentation_config.intensity.gaussian_noise_p=1"
        ),
        (
            "data_config.augmentation_config.intensity.contrast",
            "data_config.augmentation_config.intensity.contrast_p=1"
        ),
        (
            "data_config.augmentation_config.intensity.bright",
            "data_config.augmentation_config.intensity.brightness_p=1"
        ),
        (
            "data_config.augmentation_config.geometric.translate",
            "data_config.augmentation_config.geometric.translate_p=1"
        ),
        (
            "data_config.augmentation_config.geometric.affine_p",
            "data_config.augmentation_config.geometric.rotation_p=null"
        ),
        (
            "data_config.augmentation_config.geometric.affine_p",
            "data_config.augmentation_config.geometric.scale_p=null"
        ),
        (
            "data_config.augmentation_config.geometric.translate_p",
            "data_config.augmentation_config.geometric.translate_width=0.1"
        ),
        (
            "model_config.head_configs.centroid.confmaps.focal_loss",
            "model_config.head_configs.centroid.confmaps.use_sigmoid_activation=true"
        ),
        (
            "model_config.head_configs.centroid.confmaps.focal_loss_beta",
            "model_config.head_configs.centroid.confmaps.focal_loss_alpha=1"
        ),
        (
            "model_config.head_configs.centroid.confmaps.focal_loss_pos",
            "model_config.head_configs.centroid.confmaps.focal_loss_alpha=1"
        ),
        (
            "trainer_config.online_hard_keypoint_mining.",
            "trainer_config.online_hard_keypoint_mining.online_mining=true"
        ),
    ];

    public static TheoryData<string> Keys() => [.. ConfigKeys.All.Select(key => key.Path)];

    [Fact]
    public void The_keys_and_their_defaults_are_those_of_sleap_nn()
    {
        var golden = JsonNode.Parse(File.ReadAllText(Golden.PathOf("config/keys.json")))!.AsArray();
        Assert.Equal(golden.Select(key => (string)key!["key"]!), ConfigKeys.All.Select(key => key.Path));
        foreach (var (theirs, ours) in golden.Zip(ConfigKeys.All))
        {
            var expected = theirs!["default"] is { } value ? value.ToJsonString() : "null";
            if (expected == "\"object\"")
                Assert.Equal("{}", ours.Default);
            else if (expected != "null" || ours.Default != "null")
                Assert.True(ours.IsDefault(NodeOf(expected)), $"{ours.Path}: {ours.Default} and {expected}");
        }
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void No_key_is_skipped_in_silence(string path)
    {
        var key = ConfigKeys.Find(path)!;
        if (key.Use == ConfigUse.Section)
            return;
        Assert.NotEmpty(key.Here);
        var before = Read(path, change: false);
        var after = Read(path, change: true);
        switch (key.Use)
        {
            case ConfigUse.Used:
                Assert.True(after != before, $"{path} changes nothing: {after}");
                Assert.DoesNotContain($"{path} is not honoured", after);
                break;
            case ConfigUse.Named:
                Assert.Contains($"{path} is not honoured", after);
                Assert.Contains(key.Here, after);
                break;
            case ConfigUse.Refused:
                Assert.Contains("FAULT", after);
                // The section of a model type is named, not each of its keys.
                Assert.Contains(path.Split('.').Take(3).Last(), after);
                break;
            default:
                Assert.Equal(before, after);
                break;
        }
    }

    [Theory]
    [InlineData("data_config.preprocessing.max_height", "100", "data_config.preprocessing.max_height is not honoured")]
    [InlineData("trainer_config.model_ckpt.monitor", "val/beauty", "trainer_config.model_ckpt.monitor is not honoured")]
    [InlineData("data_config.split.split_by", "identity", "data_config.split.split_by (line ")]
    [InlineData("trainer_config.eval.oks_scale", "0", "Training.OksScale is 0, expected more than 0")]
    [InlineData("data_config.split.fold", "5", "Training.Fold is 5, expected at least 0 and less than 5")]
    [InlineData("trainer_config.lr_scheduler.reduce_lr_on_plateau.threshold_mode", "x", "expected abs or rel")]
    public void A_value_that_cannot_be_honoured_is_named(string path, string value, string expected) =>
        Assert.Contains(expected, Text(With(Base(path), path, NodeOf(value))));

    [Theory]
    [InlineData("convnext.single_instance")]
    [InlineData("swint.single_instance")]
    [InlineData("unet.single_instance")]
    [InlineData("unet.centroid")]
    [InlineData("unet.centered_instance")]
    [InlineData("unet.bottomup")]
    [InlineData("unet.multi_class_bottomup")]
    [InlineData("unet.multi_class_topdown")]
    public void A_written_configuration_has_every_key_and_the_values_of_sleap_nn(string name)
    {
        var path = Golden.PathOf($"config/{name}.yaml");
        var config = SleapConfig.Read(path);
        Assert.Empty(config.Remarks);
        var subject = new PoseSubject(new IO.Skeleton("fly", ["A", "B"], [new(0, 1)]), config.Classes);
        var written = Leaves(NodeOf(SleapConfigWriter.Write(config.Options, subject, (64, 48))));
        var golden = Leaves(NodeOf(File.ReadAllText(path)));
        Assert.Empty(golden.Keys.Except(written.Keys));
        const string Intensity = "data_config.augmentation_config.intensity";
        Assert.All(
            written.Keys.Except(golden.Keys),
            key => Assert.StartsWith(Intensity + ".", key, StringComparison.Ordinal)
        );
        Assert.All(written.Keys, key => Assert.NotNull(ConfigKeys.Find(key)));
        // What the labels and the command line give, and the channels, which are always said here.
        string[] own =
        [
            Intensity,
            "data_config.train_labels_path",
            "data_config.skeletons",
            "data_config.preprocessing.max_height",
            "data_config.preprocessing.max_width",
            "data_config.preprocessing.ensure_grayscale",
            "trainer_config.ckpt_dir",
            "trainer_config.run_name",
        ];
        Assert.Equal(
            [],
            golden
                .Where(one => !own.Contains(one.Key) && !one.Key.EndsWith(".loss_weight", StringComparison.Ordinal))
                .Where(one => !IsBackboneStride(one.Key) && !ConfigKeys.AreSame(one.Value, written[one.Key]))
                .Select(one => $"{one.Key}: {one.Value}, written {written[one.Key]}")
        );
    }

    // Here it is said, and there it is left to the training.
    private static bool IsBackboneStride(string key) =>
        key.StartsWith("model_config.backbone_config.", StringComparison.Ordinal)
        && key.EndsWith(".output_stride", StringComparison.Ordinal);

    private static Dictionary<string, YamlNode> Leaves(YamlNode root, string path = "") =>
        root is YamlMappingNode { Children.Count: > 0 } section
            ? section
                .Children.SelectMany(child => Leaves(child.Value, path + (path.Length > 0 ? "." : "") + child.Key))
                .ToDictionary()
            : new() { [path] = root };

    private string Read(string path, bool change)
    {
        var root = Base(path);
        foreach (var (_, needs) in Switches.Where(one => path.StartsWith(one.Prefix, StringComparison.Ordinal)))
        {
            var parts = needs.Split('=');
            if (parts[0] != path)
                With(root, parts[0], NodeOf(parts[1]));
        }

        return Text(change ? With(root, path, Changed(ConfigKeys.Find(path)!)) : root);
    }

    // What the configuration becomes: options, remarks or faults.
    private string Text(YamlMappingNode root)
    {
        var file = Path.Combine(_folder, "c.yaml");
        using (var writer = new StreamWriter(file))
            new YamlStream(new YamlDocument(root)).Save(writer, assignAnchors: false);
        try
        {
            var config = SleapConfig.Read(file);
            return string.Join(
                '\n',
                [
                    config.Options.ToString(),
                    config.Options.Training.Monitor.ToString(),
                    $"{config.Options.Training.Shuffles}",
                    $"{config.Options.Training.SaveTopK} {config.Options.Training.SaveLast}",
                    $"{(config.Options as CenteredInstanceOptions)?.BoxCrops}",
                    $"{(config.Options as CenteredInstanceOptions)?.ClassVectors?.WritesIdentities}",
                    $"{(config.Options as BottomUpIdOptions)?.ClassMaps.WritesIdentities}",
                    $"{config.Options.Training.OksStddev} {config.Options.Training.OksScale}",
                    $"{(config.Options as CentroidOptions)?.CentroidMethod}",
                    $"{(config.Options as CenteredInstanceOptions)?.CentroidMethod}",
                    config.Options.Training.Folds?.ToString() ?? "no folds",
                    config.FrameSize.ToString()!,
                    config.UsesPredictions.ToString(),
                    $"{config.UserCentroids}",
                    string.Join(",", config.ValidationLabels),
                    string.Join(",", config.Classes),
                    config.ClassVectors?.ToString() ?? "no classes",
                    config.Skeleton is null ? "no skeleton" : string.Join(",", config.Skeleton.Edges),
                    ((config.Options.Backbone as ConvNeXtOptions)?.Architecture is { } c)
                        ? string.Join(",", c.Depths)
                        : "",
                    ((config.Options.Backbone as SwinTOptions)?.Architecture is { } s)
                        ? string.Join(",", s.Depths)
                        : "",
                    .. config.Remarks,
                ]
            );
        }
        catch (IO.PoseFormatException fault)
        {
            return "FAULT " + fault.Message;
        }
    }

    // The smallest configuration in which the key has a place.
    private static YamlMappingNode Base(string path)
    {
        var parts = path.Split('.');
        string Chosen(string section, string other) =>
            parts.Length > 3 && parts[1] == section && ConfigKeys.Find(path)!.Use != ConfigUse.Refused
                ? parts[2]
                : other;
        var head = Chosen(
            "head_configs",
            parts[^1].Contains("crop", StringComparison.Ordinal)
            || parts[^1].StartsWith("bbox", StringComparison.Ordinal)
                ? "centered_instance"
                : "single_instance"
        );
        var backbone = Chosen("backbone_config", "unet");
        YamlMappingNode root = [];
        With(root, $"model_config.backbone_config.{backbone}", new YamlMappingNode());
        With(root, $"model_config.head_configs.{head}.confmaps.output_stride", NodeOf("2"));
        foreach (var own in (string[])["pafs", "class_maps", "class_vectors"])
        {
            if (ConfigKeys.Find($"model_config.head_configs.{head}.{own}") is not null)
                With(root, $"model_config.head_configs.{head}.{own}.loss_weight", NodeOf("1"));
        }

        if (path.EndsWith(".edges", StringComparison.Ordinal))
        {
            With(
                root,
                "data_config.skeletons",
                NodeOf(
                    "[{nodes: [{name: A}, {name: B}], edges: [{source: {name: A}, destination: {name: B}}], name: fly}]"
                )
            );
        }

        return root;
    }

    private static YamlMappingNode With(YamlMappingNode root, string path, YamlNode value)
    {
        var section = root;
        var parts = path.Split('.');
        foreach (var name in parts[..^1])
        {
            if (!section.Children.TryGetValue(name, out var child) || child is not YamlMappingNode inner)
                section.Children[name] = inner = [];
            section = inner;
        }

        section.Children[parts[^1]] = value;
        return root;
    }

    private static YamlNode Changed(ConfigKey key)
    {
        if (Values.TryGetValue(key.Path, out var value))
            return NodeOf(value);
        if (key.Path.EndsWith(".confmaps.output_stride", StringComparison.Ordinal))
            return NodeOf("4");
        var json = JsonNode.Parse(File.ReadAllText(Golden.PathOf("config/keys.json")))!.AsArray();
        var entry = json.First(entry => (string)entry!["key"]! == key.Path)!;
        var type = (string)entry["type"]!;
        var options = entry["check"]?.AsArray().FirstOrDefault(check => (string)check![0]! == "options");
        return NodeOf(
            options is not null ? (string)options[1]!.AsArray().Last()!
            : type.Contains("bool")
                ? key.Default == "true" ? "false"
                    : "true"
            : type.Contains("List[float]") ? "[0.5]"
            : type.Contains("List[int]") ? "[2]"
            : type.Contains("List[List") ? "[[A, B]]"
            : type.Contains("List") || type.Contains("list") ? "[other]"
            : type.Contains("float") || type == "Any" ? Number(key.Default, 0.25)
            : type.Contains("int") ? Number(key.Default, 1)
            : type.Contains("dict") ? "{depths: [1, 1, 1, 1]}"
            : type.EndsWith("Config", StringComparison.Ordinal) ? "{size: 1}"
            : "geometric_median"
        );
    }

    private static string Number(string value, double step)
    {
        var number = double.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out var known)
            ? known
            : 0;
        // Down where that is possible: probabilities and maxima end at 1.
        var other = number >= 1 && step < 1 ? number - step : number + step;
        return other.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private static YamlNode NodeOf(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return stream.Documents[0].RootNode;
    }
}
