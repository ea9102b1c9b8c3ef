using Microsoft.ML;
using Microsoft.ML.Runtime;
using Sleap.IO;
using Sleap.Transforms;
using static TorchSharp.torch;

namespace Sleap.MLNet;

/// <summary>
/// A trained model: adds what it finds in each frame to the data. Made by an estimator or loaded by
/// <c>mlContext.Model.Load</c>. Several cursors may predict at once; they share the networks.
/// </summary>
public abstract class PoseModelTransformer : PoseTransformer, IDisposable
{
    /// <summary>For models that leave the size of frames open: those of a pass are matched to its first one.</summary>
    internal static readonly (int Height, int Width) AnySize = (0, 0);

    private readonly Device _device;
    private readonly IReadOnlyList<ModelStage> _stages;
    private volatile bool _isDisposed;

    private protected PoseModelTransformer(
        IHostEnvironment environment,
        PoseSubject subject,
        (int Height, int Width) frame,
        ModelColumns columns,
        IReadOnlyList<ModelStage> stages
    )
    {
        (Environment, Subject, Frame, Columns, _stages, _device) = (
            environment,
            subject,
            frame,
            columns,
            stages,
            TorchDevice.Of(stages[0].Options.Device)
        );
        foreach (var stage in stages)
            stage.Model.Prepare(_device, stage.Options.Precision);
    }

    /// <summary>The nodes it finds, and the edges between them.</summary>
    public Skeleton Skeleton => Subject.Skeleton;

    /// <summary>
    /// Names of the animals it tells apart, in the order of the identities' key; empty for models without identities.
    /// </summary>
    public IReadOnlyList<string> Classes => Subject.Classes;

    internal IHostEnvironment Environment { get; }

    internal PoseSubject Subject { get; }

    /// <summary>The frame size that all others are matched to, or <see cref="AnySize"/>.</summary>
    internal (int Height, int Width) Frame { get; }

    internal ModelColumns Columns { get; }

    /// <summary>The networks, first stage first. They share a device and names of columns.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    internal IReadOnlyList<ModelStage> Stages
    {
        get
        {
            ThrowIfDisposed();
            return _stages;
        }
    }

    internal abstract PosePredictor Predictor { get; }

    /// <summary>The options of the whole model, as they are saved.</summary>
    internal abstract object ModelOptions { get; }

    /// <summary>Frames that are predicted together.</summary>
    internal int FramesAtOnce => _stages[0].Options.BatchSize;

    internal PoseColumnOptions ColumnNames => _stages[0].Options.Columns;

    /// <summary>Where it predicts, as its options say.</summary>
    internal string DeviceName => _stages[0].Options.Device;

    /// <summary>Which of the animals of a frame are kept; null: all.</summary>
    internal virtual InstanceFilterOptions? Filter => null;

    /// <summary>What leaves out animals of a frame; null: all are kept.</summary>
    internal InstanceFilter? CreateFilter() =>
        Filter is { } filter && filter != new InstanceFilterOptions() ? new InstanceFilter(filter) : null;

    /// <summary>
    /// The same model with other settings to predict with. It has weights of its own, so either may be disposed first.
    /// </summary>
    /// <exception cref="ArgumentException">A value cannot be used; the message lists every fault.</exception>
    /// <exception cref="ObjectDisposedException">This model was disposed.</exception>
    public abstract PoseModelTransformer With(PredictionOptions prediction);

    /// <summary>
    /// Frees the networks. The model can neither predict nor be saved afterwards: that throws
    /// <see cref="ObjectDisposedException"/>.
    /// </summary>
    /// <remarks>
    /// ML.NET's <c>PredictionEngine</c> disposes its model when it is disposed, unless it is made with
    /// <c>PredictionEngineOptions.OwnsTransformer = false</c>.
    /// </remarks>
    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        foreach (var stage in _stages)
            stage.Model.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Called wherever the networks are about to be used.</summary>
    /// <exception cref="ObjectDisposedException">They are gone.</exception>
    internal void ThrowIfDisposed()
    {
        if (!_isDisposed)
            return;
        throw new ObjectDisposedException(
            GetType().Name,
            "The model was disposed: its networks are gone, so that it "
                + "can neither predict nor be saved. "
                + "A PredictionEngine disposes its model when it is disposed; make it with new "
                + "PredictionEngineOptions { "
                + "OwnsTransformer = false } to keep the model, or save it before."
        );
    }

    internal override void Save(BinaryWriter writer) => SavedModel.Write(writer, this);

    internal override PoseMapper CreateMapper(DataViewSchema inputSchema)
    {
        ThrowIfDisposed();
        return new ModelMapper(
            this,
            ColumnRule.Image.Require(inputSchema, ColumnNames.Image, GetType().Name),
            CentresOf(inputSchema)
        );
    }

    /// <summary>Where a model that is told the animals' centres reads them; null: it finds them.</summary>
    private protected virtual CentreColumn? CentresOf(DataViewSchema schema) => null;

    /// <summary>What predicts with the one network on whole frames.</summary>
    private protected PosePredictor OnWholeFrames() =>
        new WholeFramePredictor(Stages[0].Model, ResamplerOfFirst, _device);

    /// <summary>
    /// What predicts with the last network in crops, around the centres that a first one finds, or around those it is
    /// told.
    /// </summary>
    private protected PosePredictor InCrops(ClassVector? classes = null)
    {
        var crops = new CropStage(
            (CenteredInstanceModel)Stages[^1].Model,
            (CenteredInstanceOptions)Stages[^1].Options,
            classes,
            _device
        );
        return new TopDownPredictor(
            Stages.Count > 1 ? ((CentroidModel)Stages[0].Model, ResamplerOfFirst) : null,
            Frame,
            crops,
            _device
        );
    }

    /// <summary>The same weights under other options.</summary>
    /// <exception cref="ArgumentException">Lists every fault of the options.</exception>
    private protected TModel Copy<TModel, TOptions>(TOptions options, (int Height, int Width) frame)
        where TModel : PoseModelTransformer, ITrainedModel<TModel, TOptions> =>
        TrainedModel.Of<TModel, TOptions>(
            Environment,
            options,
            Subject,
            frame,
            (network, i) => network.CopyWeights(Stages[i].Model)
        );

    private FrameResampler ResamplerOfFirst() => FrameResampler.ForNetwork(Stages[0].Options, Frame);
}
