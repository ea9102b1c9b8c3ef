using Google.Protobuf;
using Microsoft.ML;
using Microsoft.ML.Data;
using Sleap.IO;
using Sleap.Transforms;
using static Onnx.TensorProto.Types;

namespace Sleap.MLNet.Tests;

/// <summary>Detectors in ONNX files: their boxes in the frame, and what is refused.</summary>
public sealed class DetectorTests : IDisposable
{
    private const int Candidates = 9;

    // Left, top, right, bottom, score and class in an input of 64 x 64 pixels, of frames of 128 x 96.
    private static readonly float[][] Boxes =
    [
        [10, 4, 20, 24, 0.9f, 1],
        [0, 0, 64, 48, 0.8f, 0],
        [11, 4, 21, 24, 0.7f, 1], // overlaps the first
        [10, 4, 20, 24, 0.6f, 0], // does, too, and is of another class
        [40, 8, 50, 18, 0.2f, 1], // below the threshold
        [30, 30, 30, 40, 0.9f, 1], // no area
        [60, 40, 80, 60, 0.5f, 1], // beyond the frame
        [5, 5, 9, 9, 0.05f, 0],
        [7, 7, 9, 9, 0, 0],
    ];

    private static readonly float[] Expected =
    [
        .. (float[])[19.5f, 7.5f, 39.5f, 47.5f],
        .. (float[])[-0.5f, -0.5f, 127.5f, 95.5f],
        .. (float[])[19.5f, 7.5f, 39.5f, 47.5f],
        .. (float[])[119.5f, 79.5f, 127.5f, 95.5f],
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("detector").FullName;
    private readonly MLContext _ml = new(1);

    private PoseCatalog Pose => _ml.Pose();

    private string File => Path.Combine(_folder, "detector.onnx");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(BoxLayout.YoloRows)]
    [InlineData(BoxLayout.YoloColumns)]
    [InlineData(BoxLayout.YoloObjectness)]
    [InlineData(BoxLayout.Rows)]
    [InlineData(BoxLayout.Separate)]
    public void Boxes_of_all_layouts_are_in_pixels_of_the_frame(BoxLayout layout)
    {
        Write(layout);
        var frames = Frames(1);
        // Objectness looks like one more class.
        using var detector = Pose.FromOnnxDetector(
            File,
            layout == BoxLayout.YoloObjectness ? new() { Layout = layout } : new()
        );
        var found = detector.Transform(frames);
        Assert.Equal(Expected, found.GetColumn<float[]>("PredictedBoundingBoxes").Single(), Near);
        Assert.Equal([0.9f, 0.8f, 0.6f, 0.5f], found.GetColumn<float[]>("BoundingBoxScore").Single(), Near);
        Assert.Equal([1, 0, 0, 1], found.GetColumn<float[]>("BoundingBoxClass").Single());
        Assert.Equal("Vector<Single, *, 4>", found.Schema["PredictedBoundingBoxes"].Type.ToString());

        using var few = Pose.FromOnnxDetector(
            File,
            new()
            {
                Layout = layout,
                Classes = [1],
                MinScore = 0.1f,
                MaxOverlap = 1,
                MaxBoxes = 3,
            }
        );
        Assert.Equal([0.9f, 0.7f, 0.5f], few.Transform(frames).GetColumn<float[]>("BoundingBoxScore").Single(), Near);
    }

    [Fact]
    public void Boxes_as_fractions_and_inputs_of_bytes_with_channels_last()
    {
        var graph = new OnnxGraph();
        graph.Input("image", DataType.Uint8, 1, "height", "width", 3);
        graph.Output("found", graph.Constant([0.25f, 0.5f, 0.5f, 0.75f, 0.9f, 0f], 1, 1, 6), 1, 1, 6);
        Write(graph);
        using var detector = Pose.FromOnnxDetector(
            File,
            new()
            {
                AreNormalized = true,
                Height = 96,
                Width = 192,
            }
        );
        // The frame fills the left two thirds of the input.
        Assert.Equal(
            [47.5f, 47.5f, 95.5f, 71.5f],
            detector.Transform(Frames(1)).GetColumn<float[]>("PredictedBoundingBoxes").Single(),
            Near
        );
    }

    /// <summary>One box is not the axis of a batch.</summary>
    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(4, true)]
    [InlineData(4, false)]
    public void Boxes_with_scores_of_classes_with_and_without_the_axis_of_a_batch(int count, bool isBatched)
    {
        var graph = new OnnxGraph();
        graph.Input("image", DataType.Float, 3, 64, 64);
        float[] boxes = [.. Enumerable.Range(0, count).SelectMany(i => (float[])[10 * i, 10, 10 * i + 8, 30])];
        float[] scores = [.. Enumerable.Range(0, count).SelectMany(i => (float[])[0.1f, 0.3f, 0.9f - (i / 10f), 0.2f])];
        if (isBatched)
        {
            graph.Output("scores", graph.Constant(scores, 1, count, 4), 1, count, 4);
            graph.Output("boxes", graph.Constant(boxes, 1, count, 4), 1, count, 4);
        }
        else
        {
            graph.Output("scores", graph.Constant(scores, count, 4), count, 4);
            graph.Output("boxes", graph.Constant(boxes, count, 4), count, 4);
        }
        Write(graph);
        using var detector = Pose.FromOnnxDetector(File);
        var found = detector.Transform(Frames(1));
        Assert.Equal(
            [-0.5f, 19.5f, 15.5f, 59.5f],
            found.GetColumn<float[]>("PredictedBoundingBoxes").Single()[..4],
            Near
        );
        Assert.Equal(Enumerable.Repeat(2f, count), found.GetColumn<float[]>("BoundingBoxClass").Single());
    }

    [Fact]
    public void A_detector_and_a_centered_instance_model_find_poses_in_a_pass_and_live()
    {
        using var pairs = new PairFolder(6, seed: 5);
        WriteSpotDetector();
        using var detector = Pose.FromOnnxDetector(File, new() { MaxOverlap = 0.05f });
        using var crops = (CenteredInstanceTransformer)
            _ml.Model.Load(Golden.PathOf("../Sleap.MLNet.Tests/SavedModels/CenteredInstance.zip"), out _);
        using var nodes = crops.With(CropSource.Boxes);
        var view = pairs.View(_ml);
        var chain = detector
            .Append(nodes)
            .Append(Pose.Track(new() { MaxTracks = 2 }).Fit(nodes.Transform(detector.Transform(view))));
        using var file = new MemoryStream();
        _ml.Model.Save(chain, view.Schema, file);
        file.Position = 0;
        var loaded = _ml.Model.Load(file, out _);

        string[] columns = ["PredictedBoundingBoxes", "BoundingBoxScore", "PredictedKeypoints", "PredictedTrack"];
        var poses = loaded.Transform(view);
        Assert.Equal(ColumnText.Of(chain.Transform(view), columns), ColumnText.Of(poses, columns));
        var expected = view.GetColumn<float[]>("Keypoints").ToArray();
        var found = poses.GetColumn<float[]>("PredictedKeypoints").ToArray();
        var right = expected
            .Zip(found)
            .Sum(frame => Heads(frame.First).Count(head => Heads(frame.Second).Any(head.IsNear)));
        Assert.True(right >= 11, $"{right} of 12 heads are found");

        using var live = Pose.CreateLivePipeline(loaded, new() { WarmUpFrames = 0 });
        using var source = pairs.Labels.Videos[0].Open();
        Assert.Equal(
            found.Select(points => string.Join(' ', points)),
            Enumerable
                .Range(0, 6)
                .SelectMany(frame => live.Push(source.Read(frame)))
                .Select(row => string.Join(' ', row.Get<float[]>("PredictedKeypoints")))
        );
        foreach (var part in (IEnumerable<ITransformer>)loaded)
            (part as IDisposable)?.Dispose();

        static IEnumerable<Head> Heads(float[] points) => points.Chunk(4).Select(pair => new Head(pair[0], pair[1]));
    }

    public static TheoryData<string, string> Malformed =>
        new()
        {
            { "two inputs", "the input" },
            { "text", "the input" },
            { "five channels", "expected one image" },
            { "a batch of four", "expected one image" },
            { "no matrix", "expected boxes and scores (N, 4 + classes)" },
            { "four numbers", "expected a box and at least one class: more than 4 numbers" },
            { "scores of other boxes", "expected scores (7) or (7, classes), one for each box" },
            { "labels of other boxes", "expected classes (7), one for each box" },
            { "NaN", "has the value NaN" },
            { "infinite box", "has the value" },
            { "named", "expected an output 'nothing'" },
            { "other size", "takes images of 64 x 64 pixels" },
            { "fails", "cannot compute the detector" },
        };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Malformed_detectors_are_refused_when_they_are_loaded(string what, string message)
    {
        var graph = new OnnxGraph();
        var options = new OnnxDetectorOptions();
        var image = what switch
        {
            "text" => graph.Input("image", DataType.String, 1, 3, 64, 64),
            "five channels" => graph.Input("image", DataType.Float, 1, 5, 64, 64),
            "a batch of four" => graph.Input("image", DataType.Float, 4, 3, 64, 64),
            _ => graph.Input("image", DataType.Float, 1, 3, 64, 64),
        };
        if (what == "two inputs")
            graph.Input("sizes", DataType.Int64, 1, 2);
        OnnxValue Numbers(float value, params long[] shape) =>
            graph.Constant([.. Enumerable.Repeat(value, (int)shape.Aggregate((a, b) => a * b))], shape);
        switch (what)
        {
            case "no matrix":
                graph.Output("found", Numbers(1, 7), 7);
                break;
            case "four numbers":
                graph.Output("found", Numbers(1, 1, 3, 4), 1, 3, 4);
                break;
            case "scores of other boxes":
            case "labels of other boxes":
                graph.Output("boxes", Numbers(1, 7, 4), 7, 4);
                graph.Output("scores", Numbers(1, what[0] == 's' ? 6 : 7), "n");
                graph.Output("labels", Numbers(1, 6), 6);
                break;
            case "NaN":
            case "infinite box":
                graph.Output("found", Numbers(what == "NaN" ? float.NaN : float.PositiveInfinity, 1, 7, 5), 1, 7, 5);
                break;
            case "fails":
                graph.Output("found", image.Reshape(1, 7, 5), 1, 7, 5);
                break;
            default:
                graph.Output("found", Numbers(0.5f, 1, 7, 5), 1, 7, 5);
                break;
        }
        if (what == "named")
            options = options with { BoxesOutput = "nothing" };
        if (what == "other size")
            options = options with { Height = 32, Width = 32 };
        Write(graph);
        var fault = Assert.Throws<PoseFormatException>(() => Pose.FromOnnxDetector(File, options));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.Contains("detector.onnx", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_options_and_frames_that_do_not_fit_are_told()
    {
        Assert.Throws<FileNotFoundException>(() => Pose.FromOnnxDetector(File));
        System.IO.File.WriteAllBytes(File, [1, 2, 3]);
        Assert.Throws<PoseFormatException>(() => Pose.FromOnnxDetector(File));
        var faults = Assert
            .Throws<ArgumentException>(() =>
                Pose.FromOnnxDetector(
                    File,
                    new()
                    {
                        MinScore = 2,
                        MaxBoxes = 0,
                        Height = 64,
                        ScoreColumn = "PredictedBoundingBoxes",
                    }
                )
            )
            .Message;
        foreach (var part in (string[])["MinScore is 2", "MaxBoxes is 0", "go together", "expected different ones"])
            Assert.Contains(part, faults);

        // Numbers that become NaN only in some frames.
        var graph = new OnnxGraph();
        var image = graph.Input("image", DataType.Float, 1, 1, 64, 64);
        var none = image.Largest(1, 2, 3).Reshape(1, 1, 1) * 0;
        graph.Output("found", none / none + graph.Constant([1f, 1, 1, 1, 1], 1, 1, 5), 1, 1, 5);
        Write(graph);
        Assert.Contains(
            "found (1, 5) has the value NaN",
            Assert.Throws<PoseFormatException>(() => Pose.FromOnnxDetector(File)).Message
        );
        Write(BoxLayout.YoloRows);
        var detector = Pose.FromOnnxDetector(File);
        Assert.Throws<ArgumentException>(() => detector.Transform(_ml.Data.LoadFromEnumerable([new Empty()])));
        detector.Dispose();
        Assert.Throws<ObjectDisposedException>(() => detector.Transform(Frames(1)));
    }

    [Fact]
    public void Several_threads_share_a_detector()
    {
        Write(BoxLayout.YoloColumns);
        using var detector = Pose.FromOnnxDetector(File);
        var found = detector.Transform(Frames(4));
        var expected = ColumnText.Of(found, "PredictedBoundingBoxes", "BoundingBoxScore");
        var rows = new List<string>[4];
        Parallel.For(0, 4, thread => rows[thread] = ColumnText.Of(found, "PredictedBoundingBoxes", "BoundingBoxScore"));
        Assert.All(rows, row => Assert.Equal(expected, row));
    }

    /// <summary>A graph that finds <see cref="Boxes"/> in every image.</summary>
    private void Write(BoxLayout layout)
    {
        var graph = new OnnxGraph();
        graph.Input("image", DataType.Float, 1, 3, 64, 64);
        var corners = Boxes.Select(box => box[..4]);
        var centers = corners.Select(box =>
            (float[])[(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, box[2] - box[0], box[3] - box[1]]
        );
        // The highest of two classes.
        float[] Scores(float[] box) => box[5] == 0 ? [box[4], 0.01f] : [0.01f, box[4]];
        switch (layout)
        {
            case BoxLayout.Rows:
                graph.Output("found", Matrix(Boxes), 1, Candidates, 6);
                break;
            case BoxLayout.Separate:
                graph.Output("labels", graph.Vector([.. Boxes.Select(box => (long)box[5])]), Candidates);
                graph.Output("boxes", Matrix(corners).Squeeze(0), Candidates, 4);
                graph.Output("scores", graph.Vector([.. Boxes.Select(box => box[4])]), Candidates);
                break;
            case BoxLayout.YoloObjectness:
                graph.Output(
                    "found",
                    Matrix(
                        centers.Zip(Boxes, (box, all) => (float[])[.. box, 0.5f, .. Scores(all).Select(s => 2 * s)])
                    ),
                    1,
                    Candidates,
                    7
                );
                break;
            default:
                var rows = Matrix(centers.Zip(Boxes, (box, all) => (float[])[.. box, .. Scores(all), 0]));
                if (layout == BoxLayout.YoloColumns)
                    graph.Output("found", rows.Transpose(0, 2, 1), 1, 7, Candidates);
                else
                    graph.Output("found", rows, 1, Candidates, 7);
                break;
        }
        Write(graph);

        OnnxValue Matrix(IEnumerable<float[]> rows)
        {
            float[][] all = [.. rows];
            return graph.Constant([.. all.SelectMany(row => row)], 1, all.Length, all[0].Length);
        }
    }

    /// <summary>A graph whose boxes are around bright cells of 8 x 8 pixels.</summary>
    private void WriteSpotDetector()
    {
        const int cell = 8,
            rows = PairFolder.Height / cell,
            columns = PairFolder.Width / cell;
        var graph = new OnnxGraph();
        var image = graph.Input("image", DataType.Float, 1, 1, PairFolder.Height, PairFolder.Width);
        var scores = ((image.MaxPool(cell, cell, 0) - 0.6) * 2.5).Max(0).Min(1).Reshape(1, 1, rows * columns);
        float[] Each(Func<int, float> value) => [.. Enumerable.Range(0, rows * columns).Select(value)];
        var boxes = graph.Constant(
            [
                .. Each(i => (i % columns * cell) + (cell / 2)),
                .. Each(i => (i / columns * cell) + (cell / 2)),
                .. Each(_ => 20),
                .. Each(_ => 20),
            ],
            1,
            4,
            rows * columns
        );
        graph.Output("output0", boxes.Concat(1, scores), 1, 5, rows * columns);
        Write(graph);
    }

    private void Write(OnnxGraph graph) => System.IO.File.WriteAllBytes(File, graph.ToModel().ToByteArray());

    private IDataView Frames(int count)
    {
        var path = Path.Combine(_folder, "frames");
        Directory.CreateDirectory(path);
        for (var i = 0; i < count; i++)
        {
            var frame = new Frame(0, 96, 128, 1, new byte[96 * 128]);
            System.IO.File.WriteAllBytes(Path.Combine(path, $"{i}.png"), ImageEncoder.Png(frame));
        }
        return Pose.LoadImages(path);
    }

    private static bool Near(float one, float other) => Math.Abs(one - other) < 1e-4;

    private readonly record struct Head(float X, float Y)
    {
        public bool IsNear(Head other) => Math.Abs(X - other.X) < 3 && Math.Abs(Y - other.Y) < 3;
    }

    private sealed class Empty
    {
        public float Number { get; set; }
    }
}
