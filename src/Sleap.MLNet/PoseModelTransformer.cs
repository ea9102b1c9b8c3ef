using Microsoft.ML;
using Microsoft.ML.Runtime;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// A trained model: adds what it finds in each frame to the data. Made by an estimator or loaded by
/// <c>mlContext.Model.Load</c>. Several cursors may predict at once; they share the networks.
/// </summary>
public abstract class PoseModelTransformer : PoseTransformer, IDisposable
{
    /// <summary>For models that leave the size of frames open: those of a pass are matched to its first one.</summary>
    internal static readonly (int Height, int Width) AnySize = (0, 0);

    private readonly TrainedModel _model;
    private int _isDisposed;

    private protected PoseModelTransformer(TrainedModel model)
    {
        _model = model;
        Columns = model.Options.ColumnsFor(model.Subject);
        Predictor = model.Options.CreatePredictor(model);
        foreach (var network in model.Networks)
            network.Prepare(model.Device);
    }

    /// <summary>The nodes it finds, and the edges between them.</summary>
    public Skeleton Skeleton => _model.Subject.Skeleton;

    /// <summary>
    /// Names of the animals it tells apart, in the order of the identities' key; empty for models without identities.
    /// </summary>
    public IReadOnlyList<string> Classes => _model.Subject.Classes;

    /// <summary>The options of the whole model.</summary>
    internal PoseModelOptions ModelOptions => _model.Options;

    internal IHostEnvironment Environment => _model.Environment;

    internal PoseSubject Subject => _model.Subject;

    /// <summary>The frame size that all others are matched to, or <see cref="AnySize"/>.</summary>
    internal (int Height, int Width) Frame => _model.Frame;

    internal ModelColumns Columns { get; }

    internal PosePredictor Predictor { get; }

    /// <summary>The networks, first stage first.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    internal IReadOnlyList<PoseModel> Networks
    {
        get
        {
            ThrowIfDisposed();
            return _model.Networks;
        }
    }

    /// <summary>Frames that are predicted together.</summary>
    internal int FramesAtOnce => _model.Networks[0].Options.BatchSize;

    internal PoseColumnOptions ColumnNames => _model.Networks[0].Options.Columns;

    /// <summary>Where it predicts, as its options say.</summary>
    internal string DeviceName => _model.Networks[0].Options.Device;

    /// <summary>Which of the instances of a frame are kept; null: all.</summary>
    internal InstanceFilter? CreateFilter() =>
        ModelOptions.KeptInstances is { } kept && kept != new InstanceFilterOptions() ? new InstanceFilter(kept) : null;

    /// <summary>
    /// The same model with other settings to predict with. The two share their networks, unless device or precision
    /// differ; either may be disposed first.
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
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
            return;
        foreach (var network in _model.Networks)
            network.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Called wherever the networks are about to be used.</summary>
    /// <exception cref="ObjectDisposedException">They are gone.</exception>
    internal void ThrowIfDisposed()
    {
        if (Volatile.Read(ref _isDisposed) == 0)
            return;
        throw new ObjectDisposedException(
            GetType().Name,
            "The model was disposed: its networks are gone, so that it can neither predict nor be saved. "
                + "A PredictionEngine disposes its model when it is disposed; make it with new "
                + "PredictionEngineOptions { OwnsTransformer = false } to keep the model, or save it before."
        );
    }

    internal override void Save(BinaryWriter writer) => SavedModel.Write(writer, this);

    internal override PoseMapper CreateMapper(DataViewSchema inputSchema)
    {
        ThrowIfDisposed();
        return new ModelMapper(
            this,
            ColumnRule.Image.Require(inputSchema, ColumnNames.Image, GetType().Name),
            ModelOptions.BindCenters(inputSchema, Subject)
        );
    }

    /// <summary>The same networks under other options.</summary>
    /// <exception cref="ArgumentException">Lists every fault of the options.</exception>
    private protected PoseModelTransformer Changed(PoseModelOptions options) => Changed(options, Frame);

    /// <summary>The same networks with other settings to predict with.</summary>
    private protected PoseModelTransformer Changed(PredictionOptions prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        return Changed(ModelOptions.With(prediction.On(Environment)), prediction.FrameOf(this));
    }

    private PoseModelTransformer Changed(PoseModelOptions options, (int Height, int Width) frame) =>
        TrainedModel.Share(Environment, options, Subject, frame, Networks);
}

/// <summary>A trained model of the type that <typeparamref name="TOptions"/> define.</summary>
/// <typeparam name="TOptions">The options of the model type.</typeparam>
public abstract class PoseModelTransformer<TOptions> : PoseModelTransformer
    where TOptions : PoseModelOptions
{
    private protected PoseModelTransformer(TrainedModel model)
        : base(model) { }

    /// <summary>
    /// The options it was trained with, completed by what training settled, as the size of crops. Those of training
    /// keep their defaults after loading.
    /// </summary>
    public TOptions Options => (TOptions)ModelOptions;
}
