import { afterEach } from 'vitest'
import type { Lab } from '../lab/lab.ts'
import type { WorkspaceLab } from '../lab/workspace-lab.ts'
import { type Scene, type SceneWish, startScene, startWorkspaceScene, type WorkspaceSceneWish } from './scene.ts'

/** Scenes for the tests of one file: each is torn down after its test, whatever came of it. */
function useScenes<Wish, S extends Scene>(start: (wish: Wish) => Promise<S>): (wish: Wish) => Promise<S> {
  let scene: S | undefined
  afterEach(async () => {
    await scene?.close()
    scene = undefined
  })
  return async (wish) => {
    scene = await start(wish)
    return scene
  }
}

export const useStage = (): ((wish: SceneWish) => Promise<Scene<Lab>>) => useScenes(startScene)

export const useWorkspaceStage = (): ((wish: WorkspaceSceneWish) => Promise<Scene<WorkspaceLab>>) => useScenes(startWorkspaceScene)
