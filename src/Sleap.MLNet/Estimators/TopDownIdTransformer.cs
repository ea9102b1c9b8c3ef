using Microsoft.ML.Runtime;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// A trained top-down ID model: adds the nodes of every animal, and who it is, to each frame. Rows hold as many animals as centres were
/// found; one of which no node was found has only NaN in its keypoints.
/// </summary>
public sealed class TopDownIdTransformer : PoseModelTransformer, ILoadable<TopDownIdTransformer>
{
    private readonly CentroidModel _centroid;
    private readonly CenteredInstanceModel _centered;

    internal TopDownIdTransformer(IHostEnvironment environment, TopDownIdOptions options, PoseSubject subject, (int Height, int Width) frame, CentroidModel centroid, CenteredInstanceModel centered)
        : base(environment, subject, frame, ColumnsOf(options, subject))
    {
        (Options, _centroid, _centered) = (options, centroid, centered);
        var stages = options.Stages();
        var device = TorchDevice.Of(options.Device);
        centroid.Prepare(device, stages.Centroid.Precision);
        centered.Prepare(device, stages.CenteredInstance.Precision);
        var crops = new CropStage(centered, stages.CenteredInstance, new ClassVector(subject.Classes.Count, options.LeastProbability), device);
        Predictor = new TopDownPredictor((centroid, InputOf(stages.Centroid)), frame, crops, device);
    }

    /// <summary>The options it was trained with, the size of the crops among them. Those of training keep their defaults after loading.</summary>
    public TopDownIdOptions Options { get; }

    internal override PosePredictor Predictor { get; }

    internal override int FramesAtOnce => Options.Centroid.BatchSize;

    internal override PoseColumnOptions ColumnNames => Options.Columns;

    internal override string DeviceName => Options.Device;

    internal override InstanceFilterOptions Filter => Options.Filter;

    internal override IReadOnlyList<PoseModel> Models => [_centroid, _centered];

    static int ILoadable<TopDownIdTransformer>.PayloadVersion => 1;

    /// <inheritdoc/>
    public override TopDownIdTransformer With(PredictionOptions prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        var stages = prediction.On(Environment).ApplyTo(Options.Stages());
        var options = Options with { Centroid = stages.Centroid, CenteredInstance = stages.CenteredInstance, Device = stages.Device };
        PoseModelOptions.Throw(options.Faults(Subject));
        var (centroid, centered) = Create(options, Subject);
        centroid.CopyWeights(_centroid);
        centered.CopyWeights(_centered);
        return new TopDownIdTransformer(Environment, options, Subject, prediction.FrameOf(this), centroid, centered);
    }

    internal static ModelColumns ColumnsOf(TopDownIdOptions options, PoseSubject subject) => ModelColumns.Many(options.Columns, subject, centroidScores: true, identities: true);

    internal override void Save(BinaryWriter writer) => SavedModel.Write(writer, this, Options);

    static TopDownIdTransformer ILoadable<TopDownIdTransformer>.Load(IHostEnvironment environment, BinaryReader reader, int version)
    {
        var saved = SavedModel.Read(reader);
        var options = saved.OptionsAs<TopDownIdOptions>();
        PoseModelOptions.Throw(options.Faults(saved.Subject));
        var (centroid, centered) = Create(options, saved.Subject);
        SavedModel.LoadWeights(reader, centroid);
        SavedModel.LoadWeights(reader, centered);
        return new TopDownIdTransformer(environment, options, saved.Subject, saved.Frame, centroid, centered);
    }

    private static (CentroidModel, CenteredInstanceModel) Create(TopDownIdOptions options, PoseSubject subject)
    {
        var stages = options.Stages();
        return (new CentroidModel(stages.Centroid, Initialization.Default), new CenteredInstanceModel(stages.CenteredInstance, options.ClassVectors, subject, Initialization.Default));
    }
}
