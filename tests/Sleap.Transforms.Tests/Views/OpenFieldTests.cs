using Microsoft.ML;
using Microsoft.ML.Data;

namespace Sleap.Transforms.Tests;

/// <summary>The catalog on the pictures, labels and video that lie in examples/data/openfield.</summary>
public sealed class OpenFieldTests
{
    private readonly MLContext _ml = new(1);

    [Fact]
    public void LabeledFramesAndTheirPictures()
    {
        var view = _ml.Pose().LoadLabels(TestFolder.OpenField);
        Assert.Equal(116, view.GetRowCount());
        Assert.Equal(new VectorDataViewType(NumberDataViewType.Single, 4, 2), view.Schema["Keypoints"].Type);
        // The first row of CollectedData_Pranav.csv.
        var first = view.GetColumn<float[]>("Keypoints").First();
        Assert.Equal(
            [21.521f, 265.428f, 33.819f, 265.941f, 19.984f, 250.056f, 87.11f, 152.698f],
            first.Select(value => MathF.Round(value, 3))
        );

        var image = view.Schema["Image"];
        using var cursor = view.GetRowCursor([image]);
        var getter = cursor.GetGetter<MLImage>(image);
        MLImage picture = null!;
        for (var row = 0; row < 3; row++)
        {
            Assert.True(cursor.MoveNext());
            getter(ref picture);
            Assert.Equal((640, 480), (picture.Width, picture.Height));
            using var expected = MLImage.CreateFromFile(
                Path.Combine(TestFolder.OpenField, "labeled-data", "m4s1", $"img{row:D4}.png")
            );
            Assert.Equal(FrameImage.ToRgb(expected), FrameImage.ToRgb(picture));
        }
        Assert.Equal(0, _ml.Pose().FrameReport(view).Failed);
    }

    [Fact]
    public void TheFrameBehindAnImageIsAtHandWithoutOne()
    {
        var view = new WindowSumOverImages().Over(_ml.Pose().LoadLabels(TestFolder.OpenField));
        var image = view.Schema["Image"];
        using var cursor = view.GetRowCursor([image]);
        Assert.True(cursor.MoveNext());
        Assert.True(((IFrameRow)cursor).TryGetFrame(image, out var frame));
        MLImage picture = null!;
        cursor.GetGetter<MLImage>(image)(ref picture);
        Assert.Equal(
            FrameImage.ToRgb(picture),
            frame.Channels == 3 ? frame.Pixels : [.. frame.Pixels.SelectMany(gray => new[] { gray, gray, gray })]
        );
    }

    [Fact]
    public void SplitsAreWholeDisjointAndKeepPictures()
    {
        var pose = _ml.Pose();
        var view = pose.LoadLabels(TestFolder.OpenField);
        (var train, var test) = pose.Split(view, 0.2, seed: 3);
        int[] a = Poses.Column<int>(train, "FrameIndex"),
            b = Poses.Column<int>(test, "FrameIndex");
        Assert.Equal(23, b.Length);
        Assert.Equal(Poses.Column<int>(view, "FrameIndex"), a.Concat(b).Order());
        Assert.Equal(b.Order(), b);
        Assert.Equal(b, Poses.Column<int>(pose.Split(view, 0.2, seed: 3).TestSet, "FrameIndex"));
        Assert.NotEqual(b, Poses.Column<int>(pose.Split(view, 0.2, seed: 4).TestSet, "FrameIndex"));
        Assert.Equal(23, Poses.Column<MLImage>(test, "Image").Length);
        Assert.Equal(Poses.Column<float[]>(view, "Keypoints")[b[0]], Poses.Column<float[]>(test, "Keypoints")[0]);
    }

    [Fact]
    public void SplitEveryFollowsTheFrameNumber()
    {
        var pose = _ml.Pose();
        (var train, var test) = pose.SplitEvery(pose.LoadLabels(TestFolder.OpenField), every: 5, remainder: 4);
        Assert.All(Poses.Column<int>(test, "FrameIndex"), frame => Assert.Equal(4, frame % 5));
        Assert.Equal(
            (93, 23),
            (Poses.Column<int>(train, "FrameIndex").Length, Poses.Column<int>(test, "FrameIndex").Length)
        );
    }

    [Fact]
    public void ASplitOfTransformedDataComputesOnlyItsOwnRows()
    {
        var pose = _ml.Pose();
        var source = new RichView(20);
        var toy = new WindowSum(batch: 4);
        (var train, var test) = pose.Split(toy.Transform(source), 0.25, seed: 1);
        float[] twice = [.. Poses.Column<float>(test, "Twice")];
        Assert.Equal(5, twice.Length);
        Assert.Equal(["begin True,False", "process 4", "process 1", "dispose"], toy.Log);
        Assert.Equal(
            Enumerable.Range(0, 20).Select(row => 2 * RichView.X(row)),
            twice.Concat(Poses.Column<float>(train, "Twice")).Order()
        );

        // Along the frames every row counts, whichever are asked for.
        var ahead = new WindowSum(batch: 1, ahead: 1).Transform(source);
        var some = pose.Split(ahead, 0.25, seed: 1).TestSet;
        Assert.Equal(
            twice.Select(value => value == 2 * RichView.X(19) ? RichView.X(19) : value + 1.5f),
            Poses.Column<float[]>(some, "Ahead").Select(sum => sum[0])
        );
    }

    [Fact]
    public void AVideosFramesInOrderAndByNumber()
    {
        var path = Path.Combine(TestFolder.OpenField, "videos", "m3v1mp4.mp4");
        var pose = _ml.Pose();
        var all = pose.LoadVideo(path);
        Assert.Equal(Enumerable.Range(0, (int)all.GetRowCount()!.Value), all.GetColumn<int>("FrameIndex"));
        Assert.Equal(["Video", "FrameIndex", "Image", "FrameError"], all.Schema.Select(column => column.Name));
        Assert.Equal(Path.GetFullPath(path), all.GetColumn<string>("Video").First());

        var some = pose.LoadVideo(path, [7, 8, 3]);
        Assert.Equal([7, 8, 3], some.GetColumn<int>("FrameIndex"));
        var pictures = Pictures(some);
        Assert.Equal(Pictures(pose.LoadVideo(path, [3]))[0], pictures[2]);
        Assert.NotEqual(pictures[0], pictures[2]);
    }

    [Fact]
    public void FramesThatCannotBeReadHaveARowWithoutAnImageAndAreReported()
    {
        using var folder = new TestFolder();
        var source = Path.Combine(TestFolder.OpenField, "labeled-data", "m4s1");
        foreach (var frame in new[] { 0, 1, 2 })
            File.Copy(Path.Combine(source, $"img{frame:D4}.png"), folder[$"img{frame}.png"]);
        File.WriteAllText(folder["img1.png"], "this is no picture");
        List<string> warnings = [];
        _ml.Log += (_, log) =>
        {
            if (log.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning)
                warnings.Add(log.Message);
        };
        var pose = _ml.Pose();
        var view = pose.LoadImages(folder.Path);
        Assert.Equal(0, pose.FrameReport(view).Failed);
        for (var pass = 0; pass < 2; pass++)
        {
            DataViewSchema.Column[] columns = [view.Schema["FrameIndex"], view.Schema["Image"]];
            using var cursor = view.GetRowCursor(columns);
            var frame = cursor.GetGetter<int>(columns[0]);
            List<int> seen = [];
            var value = 0;
            while (cursor.MoveNext())
            {
                frame(ref value);
                seen.Add(value);
                Assert.Equal(seen.Count - 1, cursor.Position);
            }
            Assert.Equal([0, 1, 2], seen);
        }
        Assert.Equal([true, false, true], view.GetColumn<string>("FrameError").Select(error => error.Length == 0));
        Assert.Equal([true, false, true], view.GetColumn<MLImage>("Image").Select(image => image is not null));
        var report = pose.FrameReport(view);
        Assert.Equal((3, 1), (report.Requested, report.Failed));
        Assert.Equal(1, report.Unreadable[0].FrameIndex);
        Assert.Contains("Frame 1 of", Assert.Single(warnings));
        (var first, var last) = pose.Split(new WindowSumOverImages().Over(view), (_, index) => index == 2);
        Assert.Equal([0, 1], WithPictures(first));
        Assert.Equal([2], WithPictures(last));
    }

    /// <summary>
    /// A view has one set of rows: what is zipped, cached or split by one cursor fits what another one reads.
    /// </summary>
    [Fact]
    public void TheRowsAreTheSameWhicheverColumnsAreRead()
    {
        using var folder = new TestFolder();
        foreach (var frame in new[] { 0, 1, 2 })
        {
            File.Copy(
                Path.Combine(TestFolder.OpenField, "labeled-data", "m4s1", $"img{frame:D4}.png"),
                folder[$"img{frame}.png"]
            );
        }

        File.WriteAllText(folder["img1.png"], "this is no picture");
        var view = _ml.Pose().LoadImages(folder.Path);
        for (var subset = 0; subset < 1 << view.Schema.Count; subset++)
        {
            DataViewSchema.Column[] columns = [.. view.Schema.Where(column => (subset >> column.Index & 1) == 1)];
            using var cursor = view.GetRowCursor(columns);
            var id = cursor.GetIdGetter();
            List<(long, ulong)> rows = [];
            DataViewRowId value = default;
            while (cursor.MoveNext())
            {
                id(ref value);
                rows.Add((cursor.Position, value.Low));
            }
            Assert.Equal([(0, 0), (1, 1), (2, 2)], rows);
        }
        Assert.Equal(3, view.GetRowCount());
        var cached = _ml.Data.Cache(view, "FrameIndex", "FrameError");
        Assert.Equal([0, 1, 2], cached.GetColumn<int>("FrameIndex"));
        Assert.Equal([true, false, true], cached.GetColumn<string>("FrameError").Select(error => error.Length == 0));
    }

    [Fact]
    public void ACursorMayBeLeftInTheMiddleOfAVideo()
    {
        var view = _ml.Pose().LoadVideo(Path.Combine(TestFolder.OpenField, "videos", "m3v1mp4.mp4"));
        for (var rows = 0; rows < 40; rows += 13)
        {
            using var cursor = view.GetRowCursor([view.Schema["Image"]]);
            for (var row = 0; row < rows; row++)
                Assert.True(cursor.MoveNext());
            cursor.Dispose();
            Assert.False(cursor.MoveNext());
        }
    }

    [Fact]
    public void FramesOfManyVideos()
    {
        var folder = Path.Combine(TestFolder.OpenField, "labeled-data", "m4s1");
        // More videos than stay open at once.
        IO.Video[] videos =
        [
            .. Enumerable
                .Range(0, 6)
                .Select(i =>
                    IO.Video.FromImages([
                        Path.Combine(folder, $"img{i:D4}.png"),
                        Path.Combine(folder, $"img{i + 10:D4}.png"),
                    ])
                ),
        ];
        IO.Labels labels = new(
            Enumerable
                .Range(0, 12)
                .Select(i => new IO.LabeledFrame
                {
                    Video = videos[i / 2],
                    FrameIndex = i % 2,
                    Instances = [Poses.Animal(Poses.Mouse, false, null, i, i, i, i, i, i)],
                })
        );
        var pictures = Pictures(_ml.Pose().FromLabels(labels));
        Assert.Equal(12, pictures.Length);
        for (var i = 0; i < 12; i++)
        {
            using var expected = MLImage.CreateFromFile(Path.Combine(folder, $"img{(i / 2) + (10 * (i % 2)):D4}.png"));
            Assert.Equal(FrameImage.ToRgb(expected), pictures[i]);
        }
    }

    [Fact]
    public void AVideoThatIsGoneStopsTheCursorAndNotOneFrameOfIt()
    {
        var view = _ml.Pose().FromLabels(Poses.Labels((0, [Poses.Animal(Poses.Mouse, false, null, 1, 1, 1, 1, 1, 1)])));
        using var cursor = view.GetRowCursor([view.Schema["Image"]]);
        Assert.Contains("not-there.mp4", Assert.Throws<FileNotFoundException>(() => cursor.MoveNext()).Message);
    }

    [Fact]
    public void PredictionEngineTakesAPictureOfAnySize()
    {
        // Of this library's transformers here none reads a picture; a built-in one passes it on.
        var pose = _ml.Pose();
        var frames = pose.LoadLabels(TestFolder.OpenField);
        ITransformer model = _ml.Transforms.CopyColumns("Copy", "Image").Fit(frames);
        using var engine = _ml.Model.CreatePredictionEngine<Picture, Copied>(model);
        using var image = MLImage.CreateFromPixels(3, 2, MLPixelFormat.Rgba32, new byte[24]);
        Assert.Equal((3, 2), (engine.Predict(new Picture { Image = image }).Copy.Width, image.Height));
    }

    [Fact]
    public void MissingPlacesAreNamed()
    {
        var pose = _ml.Pose();
        Assert.Contains(
            "nowhere.mp4",
            Assert.Throws<FileNotFoundException>(() => pose.LoadVideo("nowhere.mp4")).Message
        );
        Assert.Contains("nowhere", Assert.Throws<DirectoryNotFoundException>(() => pose.LoadImages("nowhere")).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            pose.LoadVideo(Path.Combine(TestFolder.OpenField, "videos", "m3v1mp4.mp4"), [1, -1])
        );
        Assert.Throws<ArgumentOutOfRangeException>(() => pose.Split(pose.LoadLabels(TestFolder.OpenField), 1.5));
        Assert.Contains(
            "frame report",
            Assert.Throws<ArgumentException>(() => pose.FrameReport(new RichView(1))).Message
        );
    }

    private static byte[][] Pictures(IDataView view)
    {
        List<byte[]> pictures = [];
        var image = view.Schema["Image"];
        using var cursor = view.GetRowCursor([image]);
        var getter = cursor.GetGetter<MLImage>(image);
        MLImage value = null!;
        while (cursor.MoveNext())
        {
            getter(ref value);
            pictures.Add(FrameImage.ToRgb(value));
        }
        return [.. pictures];
    }

    private static List<int> WithPictures(IDataView view)
    {
        DataViewSchema.Column[] columns = [view.Schema["FrameIndex"], view.Schema["Image"]];
        using var cursor = view.GetRowCursor(columns);
        var frame = cursor.GetGetter<int>(columns[0]);
        List<int> frames = [];
        var value = 0;
        while (cursor.MoveNext())
        {
            frame(ref value);
            frames.Add(value);
        }
        return frames;
    }

    private sealed class Picture
    {
        public MLImage Image { get; set; } = null!;
    }

    private sealed class Copied
    {
        public MLImage Copy { get; set; } = null!;
    }

    /// <summary>A transformer of this library over any view, so that a view is not the loaded one itself.</summary>
    private sealed class WindowSumOverImages
    {
        public IDataView Over(IDataView view) =>
            new MappedDataView(view, new MapperBinding(view.Schema, new Nothing()));

        private sealed class Nothing : PoseMapper
        {
            public override IReadOnlyList<OutputColumn> Outputs => [];

            public override IReadOnlyList<DataViewSchema.Column> Inputs => [];

            public override PosePass Begin(DataViewRow input, IReadOnlyList<bool> activeOutputs) =>
                throw new InvalidOperationException("There is no output.");
        }
    }
}
