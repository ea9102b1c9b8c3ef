namespace Sleap.MLNet;

/// <summary>What a column that a model adds tells of the animals of a row.</summary>
internal enum ModelColumn
{
    Keypoints,
    KeypointScores,
    InstanceScores,
    Centroids,
    CentroidScores,
    Identities,
    IdentityScores,
}
