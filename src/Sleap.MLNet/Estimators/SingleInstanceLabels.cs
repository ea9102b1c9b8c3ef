using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>Reads labelled frames from a data view into network input, each frame decoded once.</summary>
internal sealed class SingleInstanceLabels(SingleInstanceOptions options, string component, IChannel channel)
{
    /// <summary>The skeleton on the keypoints column, or one made from the column's shape and slot names.</summary>
    public Skeleton ReadSkeleton(IDataView view)
    {
        var column = KeypointsOf(view);
        if (SkeletonAnnotations.Read(column) is { } skeleton) return skeleton;
        var dimensions = ((VectorDataViewType)column.Type).Dimensions;
        return new Skeleton("skeleton", Enumerable.Range(0, dimensions[^2]).Select(i => $"node{i}"));
    }

    /// <param name="view">Rows of frames and labels.</param>
    /// <param name="skeleton">Whose nodes the labels are.</param>
    /// <param name="like">What the frames are resampled with; null: as their largest size asks for.</param>
    /// <param name="purpose">What they are for, as messages say it.</param>
    /// <exception cref="InvalidOperationException">No frame has a visible node, or one has several animals.</exception>
    public TrainingFrames Read(IDataView view, Skeleton skeleton, InputFrames? like, string purpose)
    {
        var (image, keypoints) = (ImageOf(view), KeypointsOf(view));
        var nodes = ((VectorDataViewType)keypoints.Type).Dimensions[^2];
        if (nodes != skeleton.Nodes.Length)
            throw new ArgumentException($"{component}: the column '{keypoints.Name}' of the {purpose} data has {nodes} nodes, expected {skeleton.Nodes.Length} ({string.Join(", ", skeleton.Nodes)}).");
        if (like is not null) return Pass(view, image, keypoints, skeleton, like, purpose, out _);
        // Frames of several sizes are all matched to the largest, which is known only at the end; nearly always it is the first one's.
        var (height, width) = FirstSize(view, image, purpose);
        while (true)
        {
            var stride = Math.Max(options.Backbone.MaxStride, 1);
            var frames = Pass(view, image, keypoints, skeleton, new InputFrames(height, width, options.Scale, stride, options.Backbone.InChannels), purpose, out var largest);
            if (largest.Height <= height && largest.Width <= width) return frames;
            (height, width) = (Math.Max(height, largest.Height), Math.Max(width, largest.Width));
        }
    }

    private TrainingFrames Pass(IDataView view, DataViewSchema.Column image, DataViewSchema.Column keypoints, Skeleton skeleton, InputFrames frames, string purpose, out (int Height, int Width) largest)
    {
        var (inputs, points, scales) = (new List<byte[]>(), new List<float[]>(), new List<float>());
        var unlabelled = new List<long>();
        var perInstance = skeleton.Nodes.Length * 2;
        largest = default;
        using var cursor = view.GetRowCursor([image, keypoints]);
        var (getImage, getKeypoints) = (cursor.GetGetter<MLImage>(image), cursor.GetGetter<VBuffer<float>>(keypoints));
        MLImage? picture = null;
        var labels = default(VBuffer<float>);
        while (cursor.MoveNext())
        {
            options.Training.CancellationToken.ThrowIfCancellationRequested();
            getKeypoints(ref labels);
            if (labels.Length > perInstance)
                throw new InvalidOperationException($"{component}: row {cursor.Position} has {labels.Length / perInstance} animals in '{keypoints.Name}', expected one. For several animals use a top-down or bottom-up model.");
            var label = new float[perInstance];
            Array.Fill(label, float.NaN);
            labels.CopyTo(label.AsSpan(0, labels.Length));
            if (!HasVisibleNode(label)) { unlabelled.Add(cursor.Position); continue; }
            getImage(ref picture!);
            largest = (Math.Max(largest.Height, picture.Height), Math.Max(largest.Width, picture.Width));
            var input = new byte[frames.ByteCount];
            var geometry = frames.Read(picture, input);
            geometry.ToInput(label);
            inputs.Add(input);
            points.Add(label);
            scales.Add(geometry.PointScale);
        }
        picture?.Dispose();
        Report(inputs.Count, unlabelled, keypoints.Name, purpose);
        return new TrainingFrames(frames, inputs, points, scales);
    }

    private void Report(int labelled, List<long> unlabelled, string column, string purpose)
    {
        if (labelled == 0)
            throw new InvalidOperationException(unlabelled.Count == 0
                ? $"{component}: the {purpose} data has no rows."
                : $"{component}: none of the {unlabelled.Count} rows of the {purpose} data is labelled: every node in '{column}' is missing (NaN).");
        if (unlabelled.Count > 0)
            channel.Warning(MessageSensitivity.None, "{0} of {1} rows of the {2} data have no visible node in '{3}' and are left out: rows {4}.",
                unlabelled.Count, unlabelled.Count + labelled, purpose, column, string.Join(", ", unlabelled.Take(20)) + (unlabelled.Count > 20 ? " …" : ""));
    }

    private (int Height, int Width) FirstSize(IDataView view, DataViewSchema.Column image, string purpose)
    {
        using var cursor = view.GetRowCursor([image]);
        if (!cursor.MoveNext()) throw new InvalidOperationException($"{component}: the {purpose} data has no rows.");
        MLImage? first = null;
        cursor.GetGetter<MLImage>(image)(ref first!);
        using (first) return (first.Height, first.Width);
    }

    private static bool HasVisibleNode(ReadOnlySpan<float> points)
    {
        for (var i = 0; i < points.Length; i += 2)
            if (!float.IsNaN(points[i]) && !float.IsNaN(points[i + 1])) return true;
        return false;
    }

    private DataViewSchema.Column ImageOf(IDataView view) =>
        InputColumns.Require(view.Schema, options.ImageColumn, t => t is ImageDataViewType, "Image", component);

    private DataViewSchema.Column KeypointsOf(IDataView view) =>
        InputColumns.Require(view.Schema, options.KeypointsColumn,
            t => t is VectorDataViewType { ItemType: NumberDataViewType item } vector && item == NumberDataViewType.Single && vector.Dimensions.Length is 2 or 3 && vector.Dimensions[^1] == 2 && vector.Dimensions[^2] > 0,
            "Vector<Single, N, 2> or Vector<Single, *, N, 2>", component);
}
