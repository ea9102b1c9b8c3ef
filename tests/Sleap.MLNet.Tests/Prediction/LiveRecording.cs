using System.Globalization;
using Microsoft.ML;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>A row of recorded poses, and how rows are compared.</summary>
internal sealed class LiveRecording
{
    public string Video { get; set; } = "";
    public int FrameIndex { get; set; }
    public float[] PredictedKeypoints { get; set; } = [];
    public uint[] PredictedTrack { get; set; } = [];
    public float[] KeypointScore { get; set; } = [];
    public float[] InstanceScore { get; set; } = [];

    /// <summary>A recording, with wings that can be swapped.</summary>
    public static IDataView Load(MLContext ml)
    {
        var labels = Labels.Load(Golden.PathOf("../data/flies13_20190128.predictions.slp"));
        var nodes = labels.Skeletons[0].Nodes;
        var skeleton = new Skeleton(
            "fly",
            nodes,
            labels.Skeletons[0].Edges,
            [new(nodes.IndexOf("wingL"), nodes.IndexOf("wingR"))]
        );
        var frames = labels
            .Frames.Take(400)
            .Select(frame => new LabeledFrame
            {
                Video = frame.Video,
                FrameIndex = frame.FrameIndex,
                Instances =
                [
                    .. frame.Instances.Select(instance => new Instance
                    {
                        Skeleton = skeleton,
                        Points = instance.Points,
                        IsPredicted = true,
                        Score = instance.Score,
                        Track = instance.Track,
                    }),
                ],
            });
        return ml.Pose()
            .FromPredictions(new Labels(frames, skeletons: [skeleton]), new() { Layout = InstanceLayout.Many });
    }

    public static ITransformer SavedAndLoaded(ITransformer model, IDataView view)
    {
        var ml = new MLContext(seed: 2);
        using var file = new MemoryStream();
        ml.Model.Save(model, view.Schema, file);
        file.Position = 0;
        return ml.Model.Load(file, out _);
    }

    /// <summary>The same text as <see cref="ColumnText"/> makes of a row of a view.</summary>
    public static string Text(LiveRow row, string[] columns) =>
        string.Join(" | ", columns.Select(column => Text(row.Get<object>(column))));

    private static string Text(object value) =>
        value switch
        {
            Array values => string.Join(' ', values.Cast<object>().Select(Text)),
            float number => number.ToString("R", CultureInfo.InvariantCulture),
            bool flag => flag ? "yes" : "no",
            _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
        };
}
