using Microsoft.ML.Runtime;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// A trained top-down model: adds the centre and the nodes of every animal to each frame. Rows hold as many animals as centres were
/// found; one of which no node was found has only NaN in its keypoints.
/// </summary>
public sealed class TopDownTransformer : PoseModelTransformer, ILoadable<TopDownTransformer>
{
    private readonly CentroidModel _centroid;
    private readonly CenteredInstanceModel _centered;

    internal TopDownTransformer(IHostEnvironment environment, TopDownOptions options, PoseSubject subject, (int Height, int Width) frame, CentroidModel centroid, CenteredInstanceModel centered)
        : base(environment, subject, frame, ColumnsOf(options, subject))
    {
        (Options, _centroid, _centered) = (options, centroid, centered);
        var stages = options.Shared();
        var device = TorchDevice.Of(options.Device);
        centroid.Prepare(device, stages.Centroid.Precision);
        centered.Prepare(device, stages.CenteredInstance.Precision);
        var crops = new CropStage(centered, stages.CenteredInstance, null, device);
        Predictor = new TopDownPredictor((centroid, InputOf(stages.Centroid)), frame, crops, device);
    }

    /// <summary>The options it was trained with, the size of the crops among them. Those of training keep their defaults after loading.</summary>
    public TopDownOptions Options { get; }

    internal override PosePredictor Predictor { get; }

    internal override int FramesAtOnce => Options.Centroid.BatchSize;

    internal override PoseColumnOptions ColumnNames => Options.Columns;

    internal override string DeviceName => Options.Device;

    internal override InstanceFilterOptions Filter => Options.Filter;

    internal override IReadOnlyList<PoseModel> Models => [_centroid, _centered];

    static int ILoadable<TopDownTransformer>.PayloadVersion => 1;

    /// <summary>A model from two trained ones, with weights of its own.</summary>
    internal static TopDownTransformer Join(IHostEnvironment environment, CentroidTransformer first, CenteredInstanceTransformer second)
    {
        var options = new TopDownOptions { Centroid = first.Options, CenteredInstance = second.Options, Columns = second.Options.Columns, Device = second.Options.Device };
        List<string> faults = [.. options.Faults(second.Subject)];
        if (first.Frame != second.Frame)
            faults.Add($"The centroid model was trained on frames of {first.Frame.Width} x {first.Frame.Height} pixels, the centered-instance model on {second.Frame.Width} x {second.Frame.Height}; both must be of the same recordings.");
        PoseModelOptions.Throw(faults);
        var (centroid, centered) = Create(options, second.Subject);
        centroid.CopyWeights(first.Models[0]);
        centered.CopyWeights(second.Models[0]);
        return new TopDownTransformer(environment, options, second.Subject, second.Frame, centroid, centered);
    }

    /// <inheritdoc/>
    public override TopDownTransformer With(PredictionOptions prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        var options = prediction.On(Environment).ApplyTo(Options);
        PoseModelOptions.Throw(options.Faults(Subject));
        var (centroid, centered) = Create(options, Subject);
        centroid.CopyWeights(_centroid);
        centered.CopyWeights(_centered);
        return new TopDownTransformer(Environment, options, Subject, prediction.FrameOf(this), centroid, centered);
    }

    internal static ModelColumns ColumnsOf(TopDownOptions options, PoseSubject subject) => ModelColumns.Many(options.Columns, subject, centroidScores: true);

    internal override void Save(BinaryWriter writer) => SavedModel.Write(writer, this, Options);

    static TopDownTransformer ILoadable<TopDownTransformer>.Load(IHostEnvironment environment, BinaryReader reader, int version)
    {
        var saved = SavedModel.Read(reader);
        var options = saved.OptionsAs<TopDownOptions>();
        PoseModelOptions.Throw(options.Faults(saved.Subject));
        var (centroid, centered) = Create(options, saved.Subject);
        SavedModel.LoadWeights(reader, centroid);
        SavedModel.LoadWeights(reader, centered);
        return new TopDownTransformer(environment, options, saved.Subject, saved.Frame, centroid, centered);
    }

    private static (CentroidModel, CenteredInstanceModel) Create(TopDownOptions options, PoseSubject subject)
    {
        var stages = options.Shared();
        return (new CentroidModel(stages.Centroid, Initialization.Default), new CenteredInstanceModel(stages.CenteredInstance, null, subject, Initialization.Default));
    }
}
