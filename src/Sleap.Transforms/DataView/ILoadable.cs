using Microsoft.ML.Runtime;

namespace Sleap.Transforms;

/// <summary>
/// A transformer that can be built again from what it saved. Every concrete <see cref="PoseTransformer"/> implements
/// it.
/// </summary>
internal interface ILoadable<TSelf>
    where TSelf : PoseTransformer, ILoadable<TSelf>
{
    /// <summary>
    /// The version of what <see cref="PoseTransformer.Save(BinaryWriter)"/> writes, from 1. Raise it when that changes;
    /// older ones stay readable.
    /// </summary>
    static abstract int PayloadVersion { get; }

    /// <summary>
    /// Reads what was saved with <paramref name="version"/>, which is at most <see cref="PayloadVersion"/>, to its last
    /// byte.
    /// </summary>
    static abstract TSelf Load(IHostEnvironment environment, BinaryReader reader, int version);
}
