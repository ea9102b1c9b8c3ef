using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;
using Sleap.IO;
using Sleap.Transforms;

namespace Sleap.MLNet;

/// <summary>
/// Trains a network that finds the nodes of the one animal in each frame.
/// Takes an image column and, to train, a keypoints column of labels in full-frame pixels with NaN for missing nodes; adds the columns
/// named in <see cref="SingleInstanceOptions"/>. The model is SLEAP-NN's <c>single_instance</c> (Pereira et al., 2022).
/// </summary>
public sealed class SingleInstanceEstimator : IEstimator<SingleInstanceTransformer>
{
    private const string Name = "SingleInstance";
    private readonly MLContext _context;
    private readonly SingleInstanceOptions _options;

    internal SingleInstanceEstimator(MLContext context, SingleInstanceOptions options)
    {
        options.Validate(nodes: 1); // faults of the options come up here, before anything is read; the number of nodes is known to Fit
        (_context, _options) = (context, options);
    }

    /// <summary>The input's columns and the predicted ones.</summary>
    /// <exception cref="ArgumentException">The image or keypoints column is missing or has another type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        SchemaShapes.Require(inputSchema, _options.ImageColumn, c => c.ItemType is ImageDataViewType && c.Kind == SchemaShape.Column.VectorKind.Scalar, "Image", Name);
        SchemaShapes.Require(inputSchema, _options.KeypointsColumn, c => c.ItemType == NumberDataViewType.Single && c.Kind != SchemaShape.Column.VectorKind.Scalar, "a vector of Single", Name);
        return SchemaShapes.Append(inputSchema, SingleInstanceColumns.Of(_options, new Skeleton("", ["node"])));
    }

    /// <summary>Trains on all rows with at least one visible node, part of which (<see cref="TrainerOptions.ValidationFraction"/>) is held back to choose the best weights.</summary>
    /// <exception cref="ArgumentException">A column is missing or has another type, or an option does not fit these labels.</exception>
    /// <exception cref="InvalidOperationException">There are no labelled frames, or a frame has more than one animal.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before there were any weights to keep.</exception>
    public SingleInstanceTransformer Fit(IDataView input) => Fit(input, null);

    /// <summary>Trains on all rows of <paramref name="input"/> and chooses the best weights by <paramref name="validation"/>; null: a part of the input is held back.</summary>
    /// <inheritdoc cref="Fit(IDataView)"/>
    public SingleInstanceTransformer Fit(IDataView input, IDataView? validation)
    {
        ArgumentNullException.ThrowIfNull(input);
        var host = ((IHostEnvironment)_context).Register(Name);
        using var channel = host.Start("Training");
        var reader = new SingleInstanceLabels(_options, Name, channel);
        var skeleton = reader.ReadSkeleton(input);
        _options.Validate(skeleton.Nodes.Length);
        var seed = _options.Training.Seed ?? host.Rand.Next();
        var frames = reader.Read(input, skeleton, null, "training");
        var (train, held) = validation is null
            ? HoldBack(frames, seed)
            : (frames, reader.Read(validation, skeleton, frames.Frames, "validation"));
        channel.Info(MessageSensitivity.None, "Training on {0} frames, choosing by {1}; network input {2} x {3}; device {4}.",
            train.Count, held.Count, frames.Frames.Geometry.InputWidth, frames.Frames.Geometry.InputHeight, TorchDevice.Of(_options.Training.Device));

        var model = new SingleInstanceModel(_options, skeleton.Nodes.Length, _options.Training.Initialization, seed);
        var trainer = new Trainer(_options.Training, _options.Augmentation, skeleton, seed, channel);
        model.Take(trainer.Run(model, train, held));
        return new SingleInstanceTransformer(_context, _options, skeleton, frames.Frames.Geometry.FrameHeight, frames.Frames.Geometry.FrameWidth, model);
    }

    private (TrainingFrames Train, TrainingFrames Held) HoldBack(TrainingFrames frames, int seed)
    {
        // With one frame there is nothing to hold back: it trains, and is looked at again.
        if (frames.Count == 1) return (frames, frames);
        int[] order = [.. Enumerable.Range(0, frames.Count)];
        new Random(seed).Shuffle(order);
        var held = Math.Clamp((int)Math.Round(frames.Count * _options.Training.ValidationFraction), 1, frames.Count - 1);
        return (frames.Subset([.. order.Skip(held).Order()]), frames.Subset([.. order.Take(held).Order()]));
    }
}
