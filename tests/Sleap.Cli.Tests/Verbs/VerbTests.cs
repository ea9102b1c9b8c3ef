namespace Sleap.Cli.Tests;

public sealed class VerbTests : IDisposable
{
    private const string OpenField = "examples/data/openfield";
    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Train_predict_and_eval_work_one_after_the_other()
    {
        // Two steps of a tiny network on small pictures: whether the parts fit, not whether it learned.
        var trained = Cli.Json(
            "train",
            OpenField,
            "--type",
            "single-instance",
            "--out",
            _folder,
            "--epochs",
            "1",
            "--steps-per-epoch",
            "2",
            "--filters",
            "4",
            "--scale",
            "0.1",
            "--sigma",
            "2",
            "--seed",
            "1",
            "--device",
            "cpu"
        );
        var model = Path.Combine(_folder, "model.zip");
        Assert.Equal(model, (string?)trained["model"]);
        Assert.Equal(2, File.ReadAllLines(Path.Combine(_folder, "training_log.csv")).Length);

        Assert.Equal("single-instance", (string?)Cli.Json("info", model)["type"]);

        var output = Path.Combine(_folder, "poses.slp");
        var predicted = Cli.Json(
            "predict",
            $"{OpenField}/videos/m3v1mp4.mp4",
            "--model",
            model,
            "--frames",
            "0-4,100",
            "--peak-threshold",
            "0",
            "--refinement",
            "integral",
            "--batch-size",
            "2",
            "--out",
            output
        );
        Assert.Equal(6, (int)predicted["requested"]!);
        Assert.Equal(6, (int)predicted["processed"]!);
        Assert.Equal(0, (int)predicted["failed"]!);
        Assert.Equal(6, (int)Cli.Json("info", output)["frames"]!);

        var labels = Path.Combine(_folder, "labels.csv");
        Cli.Json("predict", OpenField, "--model", model, "--peak-threshold", "0", "--out", labels);
        Assert.Equal(116 * 4, (int)Cli.Json("eval", OpenField, labels)["visible_nodes"]!);
    }

    [Theory]
    [InlineData("top-down", "--anchor-part", "thorax", "--crop-size", "64")]
    [InlineData("bottom-up")]
    [InlineData("top-down-id", "--anchor-part", "thorax", "--crop-size", "64")]
    [InlineData("bottom-up-id")]
    public void Models_of_several_animals_are_trained_and_predict(string type, params string[] words)
    {
        // A step of a tiny network on a few frames: whether the parts fit, not whether it learned.
        var labels = Path.Combine(_folder, "few.slp");
        FewFrames(labels);
        var trained = Cli.Json([
            "train",
            labels,
            "--type",
            type,
            "--out",
            _folder,
            "--epochs",
            "1",
            "--steps-per-epoch",
            "1",
            "--batch-size",
            "1",
            "--filters",
            "2",
            "--scale",
            "0.25",
            "--centroid-scale",
            "0.125",
            "--sigma",
            "2",
            "--device",
            "cpu",
            .. words,
        ]);
        Assert.Equal(type, (string?)trained["type"]);
        var output = Path.Combine(_folder, "poses.slp");
        var predicted = Cli.Json(
            "predict",
            FliesVideo,
            "--model",
            (string)trained["model"]!,
            "--frames",
            "0-1",
            "--peak-threshold",
            "1",
            "--max-instances",
            "2",
            "--out",
            output
        );
        Assert.Equal(2, (int)predicted["processed"]!);
        var info = Cli.Json("info", (string)trained["model"]!);
        Assert.Equal(type, (string?)info["type"]);
        Assert.Equal(type.EndsWith("-id", StringComparison.Ordinal) ? 2 : 0, info["classes"]!.AsArray().Count);
    }

    [Fact]
    public void A_folder_of_sleap_nn_predicts_and_its_configuration_trains()
    {
        var folder = "tests/golden/models/single_instance";
        Assert.Equal("single-instance", (string?)Cli.Json("info", folder)["type"]);
        var output = Path.Combine(_folder, "robot.slp");
        var predicted = Cli.Json(
            "predict",
            "tests/data/small_robot.mp4",
            "--model",
            folder,
            "--frames",
            "0-2",
            "--out",
            output
        );
        Assert.Equal(3, (int)predicted["instances"]!);
        var both = Cli.Json(
            "predict",
            "tests/data/centered_pair_small.mp4",
            "--model",
            "tests/golden/models/centroid",
            "--model",
            "tests/golden/models/centered_instance",
            "--frames",
            "0-1",
            "--out",
            output
        );
        Assert.Equal(4, (int)both["instances"]!);
        var trained = Cli.Json(
            "train",
            "tests/data/small_robot_minimal.slp",
            "--config",
            $"{folder}/training_config.yaml",
            "--out",
            _folder,
            "--epochs",
            "1",
            "--steps-per-epoch",
            "1"
        );
        Assert.Equal("single-instance", (string?)trained["type"]);
        Assert.Equal(1, (int)trained["epochs"]!);
    }

    [Fact]
    public void Info_tells_what_is_in_labels_and_in_a_video()
    {
        var labels = Cli.Json("info", OpenField);
        Assert.Equal(116, (int)labels["frames"]!);
        Assert.Equal(
            ["snout", "leftear", "rightear", "tailbase"],
            labels["skeletons"]![0]!["nodes"]!.AsArray().Select(n => (string)n!)
        );
        var video = Cli.Json("info", $"{OpenField}/videos/m3v1mp4.mp4");
        Assert.Equal((2330, 480, 640), ((int)video["frames"]!, (int)video["height"]!, (int)video["width"]!));
    }

    [Fact]
    public void Converted_labels_have_the_same_instances()
    {
        var slp = Path.Combine(_folder, "labels.slp");
        var there = Cli.Json("convert", OpenField, slp);
        var again = Cli.Json("info", slp);
        Assert.Equal((int)there["instances"]!, (int)again["user_instances"]!);
        Assert.Equal(116, (int)again["frames"]!);
        Assert.Equal(0.0, (double)Cli.Json("eval", OpenField, slp)["rmse_px"]!);
    }

    [Theory]
    [InlineData("'sleap info' lacks <path>: Labels, a model", 2, "info")]
    [InlineData(
        "is part of a model of SLEAP: give its folder",
        1,
        "predict",
        "tests/data/small_robot.mp4",
        "--model",
        "tests/golden/models/single_instance/best.ckpt",
        "--out",
        "x.slp"
    )]
    [InlineData(
        "A model is the model.zip of a training here, or a model folder of SLEAP.",
        1,
        "predict",
        "tests/data/small_robot.mp4",
        "--model",
        "tests/data/flies13_20190128.predictions.slp",
        "--out",
        "x.slp"
    )]
    [InlineData(
        "holds no image (PNG, JPEG, BMP or TIFF).\n",
        1,
        "predict",
        "docs",
        "--model",
        "tests/golden/models/single_instance",
        "--out",
        "x.slp"
    )]
    public void A_wrong_input_is_answered_by_the_right_one(string message, int expected, params string[] words)
    {
        var (code, _, error) = Cli.Run(words);
        Assert.Equal(expected, code);
        Assert.Contains(message, error);
    }

    [Fact]
    public void A_model_tells_its_network_in_words()
    {
        var (_, output, _) = Cli.Run("info", "tests/golden/models/multiclass_bottomup");
        Assert.Equal(
            """
            bottom-up-id model of 2 nodes: A, B
            trained on frames of 384 x 384 px; others are matched to them
            tells apart: female, male
            bottom-up ID: UNet of 8 filters, 1.5 times as many a level, strides 2 to 16, gray, 80,683 parameters
              scale 0.5, peak threshold 0.2, refinement integral
            """,
            output.TrimEnd().ReplaceLineEndings("\n")
        );
        Assert.Equal(
            80683,
            (int)Cli.Json("info", "tests/golden/models/multiclass_bottomup")["networks"]![0]!["parameters"]!
        );
    }

    [Fact]
    public void Pictures_in_a_folder_are_told_by_their_number()
    {
        var (_, output, _) = Cli.Run("info", OpenField);
        Assert.Matches(@"(?m)^116 images in \S*labeled-data", output);
    }

    [Theory]
    [InlineData("info", "nothing.slp")]
    [InlineData("predict", "nothing.mp4", "--model", "nothing.zip", "--out", "x.slp")]
    [InlineData("convert", "nothing.slp", "x.csv")]
    public void A_missing_file_is_exit_code_1_and_one_line_that_names_it(params string[] words)
    {
        var (code, output, error) = Cli.Run(words);
        Assert.Equal(1, code);
        Assert.Equal("", output);
        Assert.StartsWith("sleap: ", error);
        Assert.Contains("nothing.", error);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("traim")]
    [InlineData("train", "labels.slp", "--out", "x")]
    [InlineData("train", "labels.slp", "--type", "centroid", "--config", "x.yaml", "--out", "x")]
    [InlineData("train", "labels.slp", "--type", "triple-instance", "--out", "x")]
    [InlineData("predict", "x.mp4", "--model", "m.zip", "--out", "x.slp", "--refinement", "magic")]
    public void Wrong_words_are_exit_code_2(params string[] words)
    {
        var (code, _, error) = Cli.Run(words);
        Assert.Equal(2, code);
        Assert.Contains("--help", error);
    }

    [Fact]
    public void A_damaged_model_is_exit_code_1_and_named()
    {
        var path = Path.Combine(_folder, "bad.zip");
        File.WriteAllBytes(path, [1, 2, 3]);
        var (code, _, error) = Cli.Run("info", path);
        Assert.Equal(1, code);
        Assert.Contains("bad.zip", error);
    }

    [Theory]
    [InlineData("info")]
    [InlineData("convert")]
    [InlineData("train")]
    [InlineData("predict")]
    [InlineData("eval")]
    public void Every_verb_has_an_example_in_its_help(string verb)
    {
        var (code, output, _) = Cli.Run(verb, "--help");
        Assert.Equal(0, code);
        Assert.Contains($"Example: sleap {verb} ", output);
    }

    [Theory]
    [InlineData("0-2,7", new[] { 0, 1, 2, 7 })]
    [InlineData(" 5 ", new[] { 5 })]
    public void Frame_lists_are_ranges_and_numbers(string words, int[] frames) =>
        Assert.Equal(frames, FrameList.Of(words, IO.Video.FromFile(Cli.Data("small_robot.mp4"))));

    [Theory]
    [InlineData("0-1000000000")]
    [InlineData("5,2000000000")]
    [InlineData("160-170")]
    public void Frames_beyond_the_video_are_refused_before_they_are_listed(string words)
    {
        var error = Assert.Throws<ArgumentException>(() =>
            FrameList.Of(words, IO.Video.FromFile(Cli.Data("small_robot.mp4")))
        );
        Assert.Contains("has 166 frames, 0 to 165", error.Message);
    }

    [Theory]
    [InlineData("3-1")]
    [InlineData("a")]
    [InlineData("1-2-3")]
    [InlineData("0-8000000000")]
    public void Wrong_frame_lists_are_named(string words) =>
        Assert.Contains(words, Assert.Throws<ArgumentException>(() => FrameList.Parse(words)).Message);

    private const string FliesVideo = "examples/data/flies13/flies13_20190128.mp4";

    // The first frames of the tracked flies, as if a person had labeled them.
    private static void FewFrames(string path) => FlyLabels.Range(0, 4, byHand: true).Save(path);
}
