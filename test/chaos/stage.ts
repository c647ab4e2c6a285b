import { afterEach } from 'vitest'
import { type Scene, type SceneWish, startScene } from './scene.ts'

/** Scenes for the tests of one file: each is torn down after its test, whatever came of it. */
export function useStage(): (wish: SceneWish) => Promise<Scene> {
  let scene: Scene | undefined
  afterEach(async () => {
    await scene?.close()
    scene = undefined
  })
  return async (wish) => {
    scene = await startScene(wish)
    return scene
  }
}
