using Sleap.IO;

namespace Sleap.MLNet;

/// <summary>Makes the training samples of a model type from labelled frames.</summary>
internal abstract class SampleMaker
{
    /// <param name="skeleton">Whose nodes the samples' points are; mirror images need its symmetries.</param>
    /// <param name="create">Makes an empty set.</param>
    protected SampleMaker(Skeleton skeleton, Func<TrainingSamples> create) =>
        (Skeleton, Training, Validation) = (skeleton, create(), create());

    public Skeleton Skeleton { get; }

    public TrainingSamples Training { get; }

    public TrainingSamples Validation { get; }

    /// <summary>Takes a frame; its pixels are not kept.</summary>
    public abstract void Add(TrainingSamples to, LabelledRow row, FramePixels frame);
}
